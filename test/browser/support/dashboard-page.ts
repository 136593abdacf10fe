import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Summary } from '../../../nodes/topic-catalog/contract';
import type { Column, SeriesModel } from '../../../nodes/topic-catalog/page/series-model';
import { until } from '../../support/until';

const SCREENSHOTS = path.join(__dirname, '../../screenshots');

/** The dashboard in a browser of its own, used as a person uses it. */
export class DashboardPage {
  /** what would have run if a text of the data had been taken for markup, and every error of the page's own */
  readonly alarms: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(
    browser: Browser,
    url: string,
    fragment = '',
    options: BrowserContextOptions = {},
  ): Promise<DashboardPage> {
    const context = await browser.newContext({
      locale: 'es-CO',
      timezoneId: 'America/Bogota',
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const opened = new DashboardPage(page, context);
    page.on('dialog', (dialog) => {
      opened.alarms.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => opened.alarms.push(error.message));
    await page.goto(`${url}/${fragment}`);
    await page.locator('serial-kafka-mongo-dashboard main').waitFor();
    return opened;
  }

  row(nodo: string): Locator {
    return this.page.locator('tr[data-nodo]').filter({ has: this.page.getByText(nodo, { exact: true }) });
  }

  card(variable: string): Locator {
    return this.page
      .locator('skm-chart-card')
      .filter({ has: this.page.getByRole('heading', { name: variable, exact: true }) });
  }

  value(variable: string): Locator {
    return this.card(variable).locator('.value');
  }

  /** Waits until a variable's card shows this value. */
  async sees(variable: string, value: string, timeoutMs?: number): Promise<void> {
    await until(
      `${variable} to be ${value}`,
      async () => (await this.value(variable).innerText({ timeout: 1_000 })).startsWith(value),
      timeoutMs,
    );
  }

  /** The numbers behind a chart: its readings, or the means of its buckets. */
  points(name: string): Promise<(number | null)[]> {
    return this.card(name)
      .locator('skm-chart')
      .evaluate((element) => {
        const { model, variable } = element as unknown as ChartInside;
        return model.columns.get(variable)?.mean ?? [];
      });
  }

  /** What a node's page holds of a variable: its points, and what it says of all of them. */
  series(name: string): Promise<ShownSeries> {
    return this.page
      .locator('skm-chart-card')
      .first()
      .evaluate((element, variable) => {
        const { model } = element as unknown as { model: SeriesModel };
        const { mean, min, max, n } = model.columns.get(variable)!;
        return {
          readings: model.readings,
          bucketMs: model.bucketMs,
          times: model.times,
          mean,
          min,
          max,
          n,
          summary: model.summary(variable),
          drawn: model.drawn(variable),
        };
      }, name);
  }

  /** What stands below a chart. */
  timeLabels(name: string): Promise<string[]> {
    return this.card(name)
      .locator('skm-chart')
      .evaluate((element) => (element as unknown as ChartInside).plot.axes[0]!._values.filter(Boolean));
  }

  async chooseRange(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).check();
    await this.page.locator('.charts[aria-busy=false]').waitFor();
  }

  /** Whether something is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => {
      const page = document.querySelector('serial-kafka-mongo-dashboard')!;
      return Math.max(page.scrollWidth, document.documentElement.scrollWidth) - window.innerWidth;
    });
  }

  /** Texts and tables that are wider than the box that they stand in. */
  cut(): Promise<string[]> {
    return this.page.locator('main *:not(.visually-hidden)').evaluateAll((elements) =>
      elements
        .filter((element) => getComputedStyle(element).overflowX !== 'visible')
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ textContent }) => textContent.trim().replace(/\s+/g, ' ').slice(0, 60)),
    );
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

export interface ShownSeries extends Omit<Column, 'name' | 'states' | 'isBoolean'> {
  readings: number;
  bucketMs: number;
  times: number[];
  summary: Summary;
  drawn: ReturnType<SeriesModel['drawn']>;
}

/** A chart from the inside. */
interface ChartInside {
  model: SeriesModel;
  variable: string;
  plot: { axes: { _values: string[] }[] };
}
