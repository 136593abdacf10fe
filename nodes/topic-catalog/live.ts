import type { LiveReading, LiveUpdate, NodeEvent } from './answers';

/** At most four messages a second, whatever comes in. */
const INTERVAL_MS = 250;
/** More than a browser can draw in that time; the page asks again for what was left out. */
const MAX_READINGS = 1_000;

/** Collects stored readings and events, and hands them on together: at once when idle, else four times a second. */
export class LiveUpdates {
  private readings: LiveReading[] = [];
  private events: NodeEvent[] = [];
  private skipped = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (update: LiveUpdate) => void) {}

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

  /** Forgets what has not been handed on yet. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.readings = [];
    this.events = [];
  }

  private flush(): void {
    const { readings, events, skipped } = this;
    this.timer = undefined;
    if (readings.length === 0 && events.length === 0) return;
    this.readings = [];
    this.events = [];
    this.skipped = 0;
    this.timer = setTimeout(() => this.flush(), INTERVAL_MS);
    this.send({ at: Date.now(), readings, skipped, events });
  }
}
