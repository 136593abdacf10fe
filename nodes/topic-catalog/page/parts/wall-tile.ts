import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { drawnNumber } from '../../../shared/drawn-number';
import type { NodeRow, Values } from '../../contract';
import { element } from '../element';
import { edgesOf, type NodeFeed } from '../node-feed';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { WALL_TEXTS } from '../wall-texts';
import './chart';
import './state-strip';
import { truthInWords, truthOf } from './truth';
import { wallTileStyles } from './wall-tile.styles';

/** A value is old when so many of its node's usual intervals have passed, and at least this time. */
const OLD_INTERVALS = 5;
const OLD_MS = 10_000;

/** A variable on the wall: what it is, its newest value as large as there is room, its chart; and whether it is old. */
@element('skm-wall-tile')
export class WallTile extends LitElement {
  static override styles = [shared, wallTileStyles];

  @property({ attribute: false }) app!: ViewContext;
  @property({ attribute: false }) feed!: NodeFeed;
  @property() nodo = '';
  @property() variable = '';
  /** changes with every change inside the feed, and every second */
  @property({ attribute: false }) version = 0;

  protected override render(): unknown {
    const { app, variable, feed } = this;
    const { language } = app;
    const variables = app.variables.of(this.nodo);
    const name = variables.name(variable, language);
    const { row } = feed;
    const newest = this.newest(row);
    const old = this.age(row, newest?.time);
    const drawn = this.drawing();
    return html`<section
      class=${old === undefined ? '' : 'old'}
      style="--line-colour: var(${variables.colour(variable)})"
    >
      <h2 dir="auto"><span>${this.nodo}</span> <b>${name}</b></h2>
      <p class="value num" dir="auto">${this.inLarge(newest?.value)}</p>
      ${old === undefined ? nothing : html`<p class="age" role="status">${old}</p>`} ${drawn}
    </section>`;
  }

  /** The newest value that is known of the variable, and when it was said: not every reading of a node has all variables. */
  private newest(row: NodeRow | undefined): { value: Values[string]; time: number | null } | undefined {
    const { variable } = this;
    const { model } = this.feed;
    if (row && Object.hasOwn(row.valores, variable)) return { value: row.valores[variable]!, time: row.ts };
    const found = model?.newestOf(variable);
    // A point's time is that at which it begins.
    return found ? { value: found.value, time: found.time + model!.bucketMs } : undefined;
  }

  private inLarge(value: Values[string] | undefined): unknown {
    const { texts, format } = this.app;
    const variables = this.app.variables.of(this.nodo);
    if (value === undefined) return '–';
    if (value === null) return html`<span class="none">${texts.node.sensorError}</span>`;
    if (typeof value === 'boolean') return truthInWords(value, this.app);
    const number = drawnNumber(value);
    if (number !== null && this.feed.model?.isBoolean(this.variable)) return truthInWords(number, this.app);
    return number === null
      ? String(value)
      : html`${format.number(number, variables.decimals(this.variable))}<small>
            ${variables.unit(this.variable)}</small
          >`;
  }

  /**
   * @param said when the value was
   * @returns how old it is, in words; undefined while it is as new as its node makes it
   */
  private age(row: NodeRow | undefined, said: number | null | undefined): string | undefined {
    const { app, feed } = this;
    const texts = WALL_TEXTS[app.language];
    if (!row) return feed.about.settled ? texts.never : undefined;
    if (row.ts === null) return row.state === 'live' ? undefined : texts.never;
    const now = app.client.now();
    const longest = Math.max(OLD_MS, OLD_INTERVALS * (row.interval ?? Infinity));
    const time = Math.min(row.ts, said ?? row.ts);
    const ago = app.format.ago(time, now);
    if (row.state === 'live' && now - time <= longest) return undefined;
    return `${row.state === 'live' ? '' : `${app.texts.state[row.state]} · `}${texts.old(ago)}`;
  }

  private drawing(): TemplateResult | typeof nothing {
    const { app, feed, variable } = this;
    const variables = app.variables.of(this.nodo);
    const { model, version } = feed;
    if (!model) return nothing;
    const [from, to] = edgesOf(model.range, app.client.now());
    return model.hasNumbers(variable) || !model.columns.get(variable)?.states
      ? html`<skm-chart
          role="img"
          aria-label=${[`${this.nodo} ${variables.name(variable, app.language)}`, ...model.notes.map(({ text }) => text)].join('. ')}
          .model=${model}
          .format=${app.format}
          .variable=${variable}
          .version=${version}
          .colour=${variables.colour(variable)}
          .from=${from}
          .to=${to}
          .theme=${app.theme}
          .truth=${truthOf(app)}
          .noteTexts=${true}
          .textPx=${Math.round(Math.min(Math.max(12, Math.min(this.clientWidth / 55, this.clientHeight / 20)), 26))}
        ></skm-chart>`
      : html`<skm-state-strip
          .model=${model}
          .format=${app.format}
          .variable=${variable}
          .version=${version}
          .from=${from}
          .to=${to}
        ></skm-state-strip>`;
  }
}
