import type { ReactiveControllerHost } from 'lit';
import type { LiveReading, LiveUpdate, NodeRow, NodesAnswer, SeriesAnswer } from '../contract';
import type { Zone } from '../../shared/zone';
import type { Range } from './address';
import type { Client } from './client';
import { Live } from './live';
import { Query } from './query';
import { SeriesModel } from './series-model';

/** How often the node's newest time is asked for: it tells whether live readings were missed. */
const HEARTBEAT_MS = 5_000;
/** Live readings kept while an answer is under way. */
const KEPT_READINGS = 2_000;
const POINTS = 600;
/** So many are put together by topic-catalog: else a page that is left open would have more of them each second. */
const MOST_POINTS = 2 * POINTS;

/** What is wanted of a node. */
export interface Feeding {
  nodo: string;
  range: Range;
  zone: Zone;
  /** also while nobody seems to look, as on a screen that hangs on a wall */
  always?: boolean;
}

/** One node over a range, for the view that owns it: its points as they come in, and what is known about it now. */
export class NodeFeed {
  /** stays with the old range until the new answer is here, so that charts are not taken away */
  model: SeriesModel | undefined;
  /** changes with every change inside the model */
  version = 0;
  readonly series: Query<SeriesAnswer>;
  readonly about: Query<NodesAnswer>;

  private nodo = '';
  /** of what was set on the page when the series was answered */
  private revision: string | undefined;
  private range: Range | undefined;
  private arrived: LiveReading[] = [];
  private readonly live: Live;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly client: () => Client,
  ) {
    this.series = new Query<SeriesAnswer>(host, client, (answer) => this.onSeries(answer));
    this.about = new Query<NodesAnswer>(host, client, ({ nodes, settings }) => {
      this.onAbout(nodes[0]);
      this.onSettings(settings);
    });
    this.live = new Live(host, client, (update) => this.onLive(update));
  }

  /** The node's row of the list; undefined until it is known, and where there is no such node. */
  get row(): NodeRow | undefined {
    return this.about.data?.nodes[0];
  }

  /** Asks for this from now on; to be called whenever the host is about to render. */
  set({ nodo, range, zone, always = false }: Feeding): void {
    if (nodo !== this.nodo) this.arrived = [];
    this.nodo = nodo;
    this.range = range;
    this.about.set({ action: 'nodes', payload: { nodo }, every: HEARTBEAT_MS, always });
    const payload = { nodo, ...rangeFields(range), points: POINTS, zone: zone.name };
    this.series.set({ action: 'series', payload, always }, true);
    if (this.model && this.series.data?.nodo !== nodo) this.model = undefined;
    if (range.kind === 'recent') this.model?.trim(this.client().now());
  }

  /** Asks and listens no more, where the host goes on without it. */
  end(): void {
    for (const part of [this.series, this.about, this.live]) {
      part.hostDisconnected();
      this.host.removeController(part);
    }
  }

  private onSeries(answer: SeriesAnswer): void {
    if (answer.nodo !== this.nodo || !this.range) return;
    this.revision = answer.settings;
    this.model = new SeriesModel(answer, this.range);
    for (const reading of this.arrived) this.model.add(reading);
    this.version++;
  }

  /** Limits and notes come with the series: it is asked for again where something of the page has been set since. */
  private onSettings(revision: string | undefined): void {
    if (this.series.data && revision !== this.revision) this.series.again();
  }

  private onLive({ readings, skipped, settings }: LiveUpdate): void {
    this.onSettings(settings);
    const own = readings.filter(({ nodo }) => nodo === this.nodo);
    if (skipped > 0 || own.some(({ id }) => id === null)) this.series.again();
    if (own.length === 0) return;
    // A point in the future would make all that come after it look late.
    const right = own.filter(({ ahead }) => ahead === undefined);
    this.arrived = [...this.arrived, ...right].slice(-KEPT_READINGS);
    for (const reading of right) this.model?.add(reading);
    if ((this.model?.times.length ?? 0) > MOST_POINTS) this.series.again();
    const { row } = this;
    const last = own.at(-1)!;
    // What a clock that is ahead says is no time: it came now.
    const ts = last.ahead === undefined ? last.ts : this.client().now();
    if (row && (row.ts ?? 0) < ts)
      Object.assign(row, { ...last, ts, ahead: last.ahead, topic: last.topic ?? row.topic, state: 'live' });
    this.version++;
    this.host.requestUpdate();
  }

  private onAbout(row: NodeRow | undefined): void {
    const newest = this.arrived.at(-1)?.ts ?? this.series.data?.last ?? null;
    if (row?.ts && newest !== null && row.ts > newest) this.series.refresh();
    // It was not there when the series was asked for.
    if (row && this.series.data && !this.series.data.known) this.series.refresh();
  }
}

/** What charts show of a range, up to now where it moves; nothing fixed where the points themselves say it. */
export function edgesOf(range: Range, time: number): [from: number | null, to: number | null] {
  switch (range.kind) {
    case 'between':
      return [range.from, range.to];
    case 'recent': {
      // In steps of the range's five-hundredth, about a pixel: a chart does not have to move more often than one can see.
      const step = Math.max(1_000, range.milliseconds / 500);
      const now = Math.ceil(time / step) * step;
      return [now - range.milliseconds, now];
    }
    case 'last':
    case 'all':
      return [null, null];
  }
}

function rangeFields(range: Range): object {
  switch (range.kind) {
    case 'last':
      return { last: range.count };
    case 'recent':
      return { recent: range.milliseconds };
    case 'between':
      return { from: range.from, to: range.to };
    case 'all':
      return { all: true };
  }
}

/** The feeds of several nodes, for a view that shows now these and now those. */
export class NodeFeeds {
  private readonly feeds = new Map<string, NodeFeed>();

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly client: () => Client,
  ) {}

  get all(): NodeFeed[] {
    return [...this.feeds.values()];
  }

  get(nodo: string): NodeFeed | undefined {
    return this.feeds.get(nodo);
  }

  /** Asks for these nodes from now on, and for no others; to be called whenever the host is about to render. */
  set(nodos: Iterable<string>, rest: Omit<Feeding, 'nodo'>): void {
    const wanted = new Set(nodos);
    for (const [nodo, feed] of this.feeds) {
      if (wanted.has(nodo)) continue;
      feed.end();
      this.feeds.delete(nodo);
    }
    for (const nodo of wanted) {
      let feed = this.feeds.get(nodo);
      if (!feed) this.feeds.set(nodo, (feed = new NodeFeed(this.host, this.client)));
      feed.set({ nodo, ...rest });
    }
  }
}
