import { html, type TemplateResult } from 'lit';
import { rangeName } from '../address';
import type { Language } from '../texts';
import type { ViewContext } from '../view-context';

const TEXTS: Readonly<Record<Language, { range: string; printed: string; source: string }>> = {
  es: { range: 'Intervalo', printed: 'Impreso', source: 'Fuente' },
  en: { range: 'Range', printed: 'Printed', source: 'Source' },
};

/** On paper only: over what range the charts are. */
export function printedRange(app: ViewContext, times: readonly number[]): TemplateResult {
  const { range } = app.address;
  const name = rangeName(range);
  const [first, last] = range.kind === 'between' ? [range.from, range.to] : [times[0], times.at(-1)];
  const between =
    first === undefined || last === undefined
      ? ''
      : `${app.format.dateTime(first)} – ${app.format.dateTime(last)} (${app.zone.name})`;
  const named = name === undefined ? '' : app.texts.node.ranges[name];
  const said = [named, between].filter(Boolean).join(': ');
  return html`<p class="on-paper num">${TEXTS[app.language].range}: ${said}</p>`;
}

/** On paper only: when it was printed, and where what is seen comes from. */
export function printedSource({ language, format, client }: ViewContext): TemplateResult {
  const texts = TEXTS[language];
  return html`<footer class="on-paper num">
    ${texts.printed}: ${format.dateTime(client.now())} · ${texts.source}: Serial Kafka Mongo, ${location.href}
  </footer>`;
}
