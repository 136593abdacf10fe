import type { Everywhere, LiveReading, LiveUpdate, NodeEvent } from './contract';

/** A hundred readings a second are seen within two frames of a film; of more than two hundred no one sees each. */
const SHORTEST_MS = 50;
const LONGEST_MS = 250;
const MS_A_READING = 5;
/** More than a browser can draw in that time; the page asks again for what was left out. */
const MAX_READINGS = 1_000;

/**
 * Collects stored readings and events, and hands them on together: at once when idle, else 20 times a second,
 * and four times where each message holds many.
 */
export class LiveUpdates {
  private readings: LiveReading[] = [];
  private events: NodeEvent[] = [];
  private skipped = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param everywhere what stands in every message beside what is new */
  constructor(
    private readonly send: (update: LiveUpdate) => void,
    private readonly everywhere: () => Omit<Everywhere, 'at'> = () => ({}),
  ) {}

  add(readings: readonly LiveReading[], events: readonly NodeEvent[] = []): void {
    if (readings.length === 0 && events.length === 0) return;
    // Not push(...readings): a batch may be larger than a call's arguments.
    this.readings = this.readings.concat(readings);
    this.events = this.events.concat(events);
    const surplus = this.readings.length - MAX_READINGS;
    if (surplus > 0) {
      this.readings.splice(0, surplus);
      this.skipped += surplus;
    }
    if (!this.timer) this.flush();
  }

  /** Tells at once that what stands in every message is another, with what else there is to tell. */
  tellNow(): void {
    clearTimeout(this.timer);
    this.sendAll();
  }

  /** Forgets what has not been handed on yet. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.readings = [];
    this.events = [];
  }

  private flush(): void {
    this.timer = undefined;
    if (this.readings.length > 0 || this.events.length > 0) this.sendAll();
  }

  private sendAll(): void {
    const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.readings.length * MS_A_READING));
    this.timer = setTimeout(() => this.flush(), pause);
    this.send(this.take());
  }

  private take(): LiveUpdate {
    const { readings, events, skipped } = this;
    this.readings = [];
    this.events = [];
    this.skipped = 0;
    return { at: Date.now(), ...this.everywhere(), readings, skipped, events };
  }
}
