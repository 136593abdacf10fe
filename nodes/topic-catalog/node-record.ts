import { numberOf } from '../shared/stored-reading';
import type { LiveReading, NodeRow, NodeState, Values } from './answers';
import { TopicSpans } from './topic-spans';

const RECENT = 30;
/** Until a node's own interval is known, one reading in this time is taken as usual. */
const ASSUMED_INTERVAL_MS = 60_000;
/** However often a node sends, it is not called silent before this. */
const LEAST_SILENCE_MS = 10_000;
/** How much one more interval changes the usual one. */
const SMOOTHING = 0.2;

/** What is known of a node: its last reading, its usual interval, and its last few values. */
export class NodeRecord {
  topic: string | null = null;
  ts: number | null = null;
  fecha: string | null = null;
  hora: string | null = null;
  valores: Values = {};
  /** whether its stored readings have been looked up, for the interval and the recent values */
  studied = false;
  /** whether a reading has come by since this process began to listen */
  heard = false;
  /** as it was last told to anybody */
  toldState: NodeState = 'unknown';
  /** the variables whose sensors do not answer, as last told to anybody */
  readonly broken = new Set<string>();
  private interval: number | null = null;
  private readonly topics = new TopicSpans();
  private readonly recent = new Map<string, (number | null)[]>();

  constructor(readonly nodo: string) {}

  /** Takes a reading: its values if it is the newest, else only what completes the picture. */
  accept(reading: LiveReading): void {
    this.topics.add(reading.topic, reading.ts);
    if (this.ts !== null && reading.ts < this.ts) return;
    if (this.ts !== null && reading.ts > this.ts) this.learnInterval(reading.ts - this.ts);
    this.ts = reading.ts;
    this.topic = reading.topic ?? this.topic;
    this.fecha = reading.fecha ?? this.fecha;
    this.hora = reading.hora ?? this.hora;
    this.valores = reading.valores;
    for (const [name, value] of Object.entries(reading.valores)) this.remember(name, numberOf(value));
  }

  /** Fills in the past: the stored readings before what has been heard, oldest first. */
  study(stored: LiveReading[]): void {
    this.studied = true;
    const known = this.heard ? [...this.recent] : [];
    this.recent.clear();
    const gaps: number[] = [];
    for (const [index, reading] of stored.entries()) {
      this.topics.add(reading.topic, reading.ts);
      const previous = stored[index - 1];
      if (previous && reading.ts > previous.ts) gaps.push(reading.ts - previous.ts);
      for (const [name, value] of Object.entries(reading.valores)) this.remember(name, numberOf(value));
    }
    // What was heard while the question was under way is newer than what was found, or the same.
    for (const [name, values] of known) if (!this.recent.has(name)) this.recent.set(name, values);
    this.interval = median(gaps) ?? this.interval;
    const newest = stored.at(-1);
    if (newest && (this.ts === null || newest.ts > this.ts)) {
      this.ts = newest.ts;
      this.fecha = newest.fecha ?? this.fecha;
      this.hora = newest.hora ?? this.hora;
      this.valores = newest.valores;
    }
  }

  /** @param silentAfter how many of its usual intervals may pass without a reading */
  stateAt(now: number, silentAfter: number): NodeState {
    if (this.ts === null) return 'unknown';
    const patience = Math.max(LEAST_SILENCE_MS, (this.interval ?? ASSUMED_INTERVAL_MS) * silentAfter);
    return now - this.ts > patience ? 'silent' : 'live';
  }

  row(now: number, silentAfter: number): NodeRow {
    const { nodo, topic, ts, fecha, hora, valores, interval } = this;
    const recent = [...this.recent].map(([name, values]) => ({ name, values: [...values] }));
    const state = this.stateAt(now, silentAfter);
    const mixedTopics = this.topics.overlapping();
    return { nodo, topic, ts, fecha, hora, valores, state, mixedTopics, interval, recent };
  }

  private learnInterval(gap: number): void {
    // A pause is not an interval: it counts for little, so that one outage does not make a node look slow for ever.
    const step = this.interval === null ? gap : Math.min(gap, this.interval * 4);
    this.interval = this.interval === null ? step : this.interval + (step - this.interval) * SMOOTHING;
  }

  private remember(name: string, value: number | null): void {
    let values = this.recent.get(name);
    if (!values) this.recent.set(name, (values = []));
    values.push(value);
    if (values.length > RECENT) values.shift();
  }
}

function median(values: number[]): number | null {
  return values.length === 0 ? null : (values.sort((a, b) => a - b)[values.length >> 1] ?? null);
}
