import { isAhead } from '../shared/clock-ahead';
import { numberOf } from '../shared/stored-reading';
import type { LiveReading, NodeRow, Values } from './contract';
import type { SilenceProof } from './path-watch';
import { NodePulse } from './pulse';
import { TopicSpans } from './topic-spans';

const RECENT = 30;
/** Variables with recent values; of names that change with each reading, those of the newest ones. */
const MAX_RECENT = 200;

/** A reading of a clock that is ahead. */
interface Ahead extends Pick<LiveReading, 'ts' | 'fecha' | 'hora' | 'valores'> {
  seen: number | null;
  by: number;
}

/** What is known of a node: its last reading, its usual interval, and its last few values. */
export class NodeRecord {
  fecha: string | null = null;
  hora: string | null = null;
  valores: Values = {};
  /** what its newest reading says where that is of a clock that is ahead */
  private ahead: Ahead | null = null;
  /** time of the reading that `valores` are of */
  private valuesOf: number | null = null;
  /** whether its stored readings have been looked up, for the interval and the recent values */
  studied = false;
  /** whether a reading has come by since this process began to listen */
  heard = false;
  private readonly topics = new TopicSpans();
  private readonly recent = new Map<string, (number | null)[]>();

  /** @param pulse the same for as long as the node is listened to, however often its record is made anew */
  constructor(
    readonly nodo: string,
    readonly pulse = new NodePulse(nodo),
  ) {}

  get topic(): string | null {
    return this.pulse.topic;
  }

  set topic(topic: string | null) {
    this.pulse.topic = topic;
  }

  /** Time of its last reading by a right clock. */
  get ts(): number | null {
    return this.pulse.ts;
  }

  /** Takes a reading: its values if it is the newest, else only what completes the picture. */
  accept(reading: LiveReading, now = Date.now()): void {
    if (isAhead(reading.ts, now)) return this.acceptAhead(reading, now);
    this.topics.add(reading.topic, reading.ts);
    if (!this.pulse.beat(reading.ts)) return;
    this.ahead = null;
    this.topic = reading.topic ?? this.topic;
    this.fecha = reading.fecha ?? this.fecha;
    this.hora = reading.hora ?? this.hora;
    this.valores = reading.valores;
    this.valuesOf = reading.ts;
    this.rememberAll(reading);
  }

  /** Takes what a list says of the last reading. @param valores null where it does not say them */
  noteLast(last: Omit<LiveReading, 'valores'>, valores: Values | null): void {
    if (valores) {
      if (this.valuesOf !== last.ts) this.accept({ ...last, valores });
      return;
    }
    if ((this.ts !== null && last.ts <= this.ts) || !this.pulse.beat(last.ts)) return;
    this.ahead = null;
    this.fecha = last.fecha;
    this.hora = last.hora;
  }

  /**
   * Takes a reading of a clock that is ahead: the node's last until a right one comes, whose time is that of its arrival.
   * @param seen when it arrived; null where that is not known
   */
  acceptAhead(reading: LiveReading, seen: number | null): void {
    if (this.ahead && reading.ts < this.ahead.ts) return;
    if (seen !== null && this.ts !== null && seen < this.ts) return;
    const { ts, fecha, hora, valores } = reading;
    const by = ts - (seen ?? Date.now());
    this.ahead = { ts, seen, by, fecha, hora, valores };
    this.pulse.seenAhead = seen;
    this.topic = reading.topic ?? this.topic;
  }

  /** When its last reading came. */
  get last(): number | null {
    return this.pulse.last;
  }

  /** By how much the clock of its last reading is ahead. */
  get aheadBy(): number | undefined {
    return this.ahead?.by;
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
      this.rememberAll(reading);
    }
    // What was heard while the question was under way is newer than what was found, or the same.
    for (const [name, values] of known) if (!this.recent.has(name)) this.recent.set(name, values);
    this.pulse.interval = median(gaps) ?? this.pulse.interval;
    const newest = stored.at(-1);
    // One of the same time is the same reading: the list has a part of its values, the reading all of them.
    if (newest && (this.ts === null || newest.ts >= this.ts)) {
      this.pulse.ts = newest.ts;
      this.fecha = newest.fecha ?? this.fecha;
      this.hora = newest.hora ?? this.hora;
      this.valores = newest.valores;
      this.valuesOf = newest.ts;
      // Of one that nobody saw arrive it is not known that it is the newest.
      if (this.ahead?.seen === null) this.ahead = null;
    }
  }

  row(now: number, silentAfter: number, path: SilenceProof): NodeRow {
    const { nodo, topic, last: ts, pulse } = this;
    const { fecha, hora, valores } = this.ahead ?? this;
    const recent = [...this.recent].map(([name, values]) => ({ name, values: [...values] }));
    const state = pulse.stateAt(now, silentAfter, path);
    const { interval } = pulse;
    const mixedTopics = this.topics.overlapping();
    const row = { nodo, topic, ts, fecha, hora, valores, state, mixedTopics, interval, recent };
    return this.ahead ? { ...row, ahead: this.ahead.by } : row;
  }

  private rememberAll({ valores }: Pick<LiveReading, 'valores'>): void {
    for (const [name, value] of Object.entries(valores)) this.remember(name, numberOf(value));
    for (const name of this.recent.keys()) {
      if (this.recent.size <= MAX_RECENT) return;
      if (!Object.hasOwn(valores, name)) this.recent.delete(name);
    }
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
