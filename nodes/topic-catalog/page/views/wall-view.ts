import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { distinct, keyOf, LAST_10, MOST_SERIES, type Address, type SeriesName } from '../address';
import { element } from '../element';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank } from '../parts/notices';
import { noticeStyles } from '../parts/notices';
import '../parts/range-bar';
import '../parts/series-picker';
import { writeWall } from '../preferences';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { WALL_TEXTS, type WallTexts } from '../wall-texts';

/** Where a wall is put together: which charts, over what range, how it looks; and the link that shows it. */
@element('skm-wall')
export class WallView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        margin-bottom: 10px;
        font-size: 14px;
      }
      ol {
        margin: 0 0 16px;
        padding: 4px 16px;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
        border-bottom: 1px solid var(--line);
      }
      li:last-child {
        border-bottom: 0;
      }
      li span {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .hang {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 10px 12px;
        padding: 12px 16px;
        margin-bottom: 16px;
      }
      .hang label {
        display: grid;
        gap: 4px;
        color: var(--muted);
        font-size: 13px;
      }
      .hang .address {
        flex: 1 1 260px;
      }
      .address input {
        min-height: 36px;
        width: 100%;
        padding: 0 10px;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--raised);
        color: var(--ink);
        font-size: 13px;
      }
      .hang select {
        color: var(--ink);
      }
      .hang p {
        flex-basis: 100%;
      }
    `,
  ];

  @property({ attribute: false }) app!: ViewContext;
  @state() private copied = false;

  private get series(): readonly SeriesName[] {
    return this.app.address.series ?? [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('app')?.address;
    if (before && before !== this.app.address) this.copied = false;
    if (changed.has('app')) writeWall(this.series);
  }

  private show(change: Partial<Address>): void {
    const { range, theme } = this.app.address;
    this.app.go({ view: 'wall', series: this.series, range, ...(theme ? { theme } : {}), ...change });
  }

  protected override render(): unknown {
    const { app, series } = this;
    const texts = WALL_TEXTS[app.language];
    return html`${link(app, { view: 'nodes', range: LAST_10 }, html`${icons.back}${app.texts.node.back}`, { class: 'back' })}
      <div class="head">
        <div class="grow">
          <h1>${texts.title}</h1>
          <p class="sub">${texts.intro}</p>
        </div>
      </div>
      <skm-range-bar
        .app=${app}
        @range=${(event: CustomEvent<Address['range']>) => this.show({ range: event.detail })}
      >
      </skm-range-bar>
      ${
        series.length === 0
          ? blank(texts.empty, texts.emptyText)
          : html`<ol class="card">
                ${repeat(series, keyOf, (one, place) => this.entry(one, place, texts))}
              </ol>
              ${this.hang(texts)}`
      }
      ${
        series.length < MOST_SERIES
          ? html`<skm-series-picker
              .app=${app}
              @pick=${(event: CustomEvent<SeriesName>) => this.show({ series: distinct([...series, event.detail]) })}
            ></skm-series-picker>`
          : html`<p class="sub">${texts.full(MOST_SERIES)}</p>`
      }`;
  }

  private entry(one: SeriesName, place: number, texts: WallTexts): TemplateResult {
    const { app, series } = this;
    const name = `${one.nodo} · ${app.variables.of(one.nodo).name(one.variable, app.language)}`;
    const others = series.filter((other) => keyOf(other) !== keyOf(one));
    const earlier = [...others.slice(0, place - 1), one, ...others.slice(place - 1)];
    return html`<li>
      <span dir="auto">${name}</span>
      <button
        ?disabled=${place === 0}
        title=${texts.earlier(name)}
        aria-label=${texts.earlier(name)}
        @click=${() => this.show({ series: earlier })}
      >
        ${icons.up}
      </button>
      <button
        title=${texts.remove(name)}
        aria-label=${texts.remove(name)}
        @click=${() => this.show({ series: others })}
      >
        ${icons.close}
      </button>
    </li>`;
  }

  /** What goes onto the screen: its address, and how it looks there. */
  private hang(texts: WallTexts): TemplateResult {
    const { app } = this;
    const screen: Address = { ...app.address, view: 'screen', language: app.language };
    const { theme } = app.address;
    const url = new URL(app.link(screen), location.href).href;
    const choose = (event: Event): void => {
      const value = (event.target as HTMLSelectElement).value;
      const { range } = app.address;
      app.go({
        view: 'wall',
        series: this.series,
        range,
        ...(value === 'light' || value === 'dark' ? { theme: value } : {}),
      });
    };
    return html`<div class="card hang">
      <label
        >${texts.look}
        <select @change=${choose}>
          <option value="" ?selected=${theme === undefined}>${texts.asBrowser}</option>
          ${(['light', 'dark'] as const).map(
            (name) =>
              html`<option value=${name} ?selected=${theme === name}>${app.texts.themes[name]}</option>`,
          )}
        </select>
      </label>
      <label class="address"
        >${texts.link}
        <input
          readonly
          .value=${url}
          @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        />
      </label>
      <button @click=${() => this.copy(url)}>${this.copied ? texts.copied : texts.copy}</button>
      ${link(app, screen, texts.open, { class: 'button primary' })}
      <p class="sub">${texts.keys}</p>
    </div>`;
  }

  /** On plain http a browser has no clipboard: what is marked can be copied by hand. */
  private copy(url: string): void {
    this.renderRoot.querySelector<HTMLInputElement>('.address input')?.select();
    const { clipboard } = navigator as { clipboard?: Clipboard };
    clipboard?.writeText(url).then(
      () => (this.copied = true),
      (error: unknown) => {
        if (!(error instanceof DOMException)) throw error;
      },
    );
  }
}
