import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { distinct, keyOf, LAST_10, MOST_SERIES, type Address, type Range, type SeriesName } from '../address';
import { element } from '../element';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank } from '../parts/notices';
import { noticeStyles } from '../parts/notices';
import '../parts/range-bar';
import '../parts/series-picker';
import { readWall, textOfWall, wallOf, writeWall, type Wall } from '../preferences';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { WALL_TEXTS, type WallTexts } from '../wall-texts';

type Theme = NonNullable<Address['theme']>;

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
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 8px;
      }
      .hang p {
        flex-basis: 100%;
      }
    `,
  ];

  @property({ attribute: false }) app!: ViewContext;
  @state() private copied = false;

  /** as texts, the walls that this tab has kept: the way back to one of them keeps it again */
  private static readonly keptHere = new Set<string>();
  /** as a text, the wall that this browser kept when it was last looked at */
  private keptBefore = '';

  private get named(): readonly SeriesName[] {
    return this.app.address.series ?? [];
  }

  private get series(): readonly SeriesName[] {
    return this.named.slice(0, MOST_SERIES);
  }

  /** Whether what is shown is the wall that this browser keeps: that of a link is another one. */
  private get isKept(): boolean {
    return textOfWall(wallOf(this.app.address)) === textOfWall(readWall());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('app')) return;
    const { address } = this.app;
    const shown = textOfWall(wallOf(address));
    if (changed.get('app')?.address !== address) {
      this.copied = false;
      this.arrive();
    } else if (shown === this.keptBefore && !this.isKept) {
      // Another tab has changed what was shown here.
      this.app.go(readWall(), true);
    }
    this.keptBefore = textOfWall(readWall());
  }

  /** Keeps what the address has, where nothing of the wall that is kept gets lost by it. */
  private arrive(): void {
    const shown = wallOf(this.app.address);
    const there = new Set(shown.series.map(keyOf));
    const hasAll = readWall().series.every((one) => there.has(keyOf(one)));
    if (hasAll || WallView.keptHere.has(textOfWall(shown))) this.keep(shown);
  }

  private keep(wall: Wall): void {
    WallView.keptHere.add(textOfWall(wall));
    if (textOfWall(wall) !== textOfWall(readWall())) writeWall(wall);
  }

  private show(change: { series?: readonly SeriesName[]; range?: Range; theme?: Theme | undefined }): void {
    const { series, range, theme } = { ...this.app.address, series: this.named, ...change };
    const next = { view: 'wall', series, range, ...(theme ? { theme } : {}) } as const;
    if (this.isKept) this.keep(wallOf(next));
    this.app.go(next);
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
      ${this.notices(texts)}
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

  /** What of the address is not on the wall, and that it is not the wall of this browser. */
  private notices(texts: WallTexts): TemplateResult {
    const { app } = this;
    const own = readWall();
    const left = this.named.slice(MOST_SERIES).map((one) => nameOf(app, one));
    return html`${
      left.length > 0
        ? html`<div class="notice" role="status">${texts.left(left.join(', '), MOST_SERIES)}</div>`
        : nothing
    }
    ${
      this.isKept
        ? nothing
        : html`<div class="notice" role="status">
            ${texts.another(own.series.length)}
            <p class="row">
              ${link(app, own, texts.own, { class: 'button' })}
              <button
                @click=${() => {
                  this.keep(wallOf(app.address));
                  this.requestUpdate();
                }}
              >
                ${texts.keep}
              </button>
            </p>
          </div>`
    }`;
  }

  private entry(one: SeriesName, place: number, texts: WallTexts): TemplateResult {
    const name = nameOf(this.app, one);
    const others = this.named.filter((other) => keyOf(other) !== keyOf(one));
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
      this.show({ theme: value === 'light' || value === 'dark' ? value : undefined });
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

function nameOf(app: ViewContext, { nodo, variable }: SeriesName): string {
  return `${nodo} · ${app.variables.of(nodo).name(variable, app.language)}`;
}
