import path from 'node:path';
import { readDay } from './csv-day';
import { BenchError, messageOf } from './errors';
import type { Signal } from './signal';
import { parseSetting, rangeOf, type Quantity, type Sensor, type Surroundings } from './surroundings';

/** A change of the surroundings at a time, in seconds from when the scenario was read. */
export interface Step {
  at: number;
  change: Partial<Surroundings>;
  /** What goes on changing from then on. */
  signals?: Partial<Record<Quantity, Signal>>;
}

/** Steps in the order of their times, begun anew each `repeat` seconds if that is set. */
export interface Scenario {
  steps: Step[];
  repeat?: number;
}

/**
 * Reads a scenario. One step a line: an optional time in seconds (0 when left out) and
 * settings as `name=value`; `repeat SECONDS` on a line of its own; `#` begins a comment.
 *
 *     humedad=60 temperatura=26 a1=2.0
 *     10    temperatura=27.5
 *     20.5  dht=off
 *     30    a1=sine(1,0.5,60)+noise(0.1)
 *     csv day.csv 360
 *     repeat 30
 *
 * `csv FILE SPEED` plays a table (see csv-day.ts), so many times as fast as it was written; a number can be what changes
 * over time, too (see signal.ts).
 * @throws BenchError naming file, line and what is wrong
 */
export function parseScenario(text: string, file: string, sensor: Sensor = 'dht11'): Scenario {
  const scenario: Scenario = { steps: [] };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
    try {
      if (words[0] === 'repeat') scenario.repeat = parseRepeat(words);
      else if (words[0] === 'csv') playTable(scenario, words, file);
      else if (words.length > 0) scenario.steps.push(parseStep(words, sensor));
    } catch (cause) {
      throw new BenchError(`${file}:${index + 1}: ${messageOf(cause)}`, { cause });
    }
  }
  scenario.steps.sort((a, b) => a.at - b.at);
  return scenario;
}

function parseRepeat(words: string[]): number {
  const seconds = Number(words[1]);
  if (words.length !== 2 || !(seconds > 0 && seconds < Infinity)) {
    throw new BenchError('repeat takes one number of seconds above 0');
  }
  return seconds;
}

/** Adds a table to a scenario, which is begun anew at its end unless told otherwise. */
function playTable(scenario: Scenario, words: string[], file: string): void {
  const [, table = '', factor = '1'] = words;
  const speed = Number(factor);
  if (table === '' || words.length > 3 || !(speed > 0 && speed < Infinity)) {
    throw new BenchError('csv takes a file, and how many times as fast it is played');
  }
  const day = readDay(path.resolve(path.dirname(file), table), speed);
  scenario.steps.push({ at: 0, change: {}, signals: day.signals });
  scenario.repeat ??= day.seconds;
}

function parseStep(words: string[], sensor: Sensor): Step {
  const [first = '', ...others] = words;
  const timed = !first.includes('=');
  const at = timed ? Number(first) : 0;
  if (!(at >= 0 && at < Infinity)) {
    throw new BenchError(`${JSON.stringify(first)} is neither a time in seconds nor name=value`);
  }
  const settings = timed ? others : words;
  if (settings.length === 0) throw new BenchError('a time needs a setting behind it, such as humedad=61');
  let change: Partial<Surroundings> = {};
  let signals: Partial<Record<Quantity, Signal>> | undefined;
  for (const setting of settings) {
    const [name = '', value] = setting.split('=', 2);
    if (value === undefined) throw new BenchError(`${JSON.stringify(setting)} is not name=value`);
    const parsed = parseSetting(name, value, sensor);
    if ('change' in parsed) change = { ...change, ...parsed.change };
    else signals = { ...signals, ...parsed.signals };
  }
  return { at, change, ...(signals && { signals }) };
}

interface Playing {
  signal: Signal;
  since: number;
}

/** How a scenario is played. */
export interface Playback {
  sensor: Sensor;
  /** The same noise for the same seed. */
  seed: number;
}

/** Plays a scenario along a clock. */
export class ScenarioPlayer {
  private next = 0;
  private begun: number;
  private readonly playing = new Map<Quantity, Playing>();

  /** @param now time on that clock at which the scenario begins, seconds */
  constructor(
    private readonly scenario: Scenario,
    now: number,
    private readonly playback: Playback = { sensor: 'dht11', seed: 1 },
  ) {
    this.begun = now;
  }

  /** All changes that have become due by `now` and were not given yet, as one. */
  due(now: number): Partial<Surroundings> {
    const { steps, repeat } = this.scenario;
    let change: Partial<Surroundings> = {};
    for (;;) {
      const elapsed = now - this.begun;
      for (let step = steps[this.next]; step && step.at <= elapsed && step.at < (repeat ?? Infinity);) {
        change = { ...change, ...step.change };
        this.follow(step);
        step = steps[++this.next];
      }
      if (repeat === undefined || elapsed < repeat) return { ...change, ...this.valuesAt(now) };
      this.begun += repeat;
      this.next = 0;
    }
  }

  private follow({ at, change, signals = {} }: Step): void {
    for (const name of Object.keys(change)) this.playing.delete(name as Quantity);
    for (const [name, signal] of Object.entries(signals)) {
      this.playing.set(name as Quantity, { signal, since: this.begun + at });
    }
  }

  private valuesAt(now: number): Partial<Surroundings> {
    const values: Partial<Surroundings> = {};
    for (const [name, { signal, since }] of this.playing) {
      const { from, to } = rangeOf(name, this.playback.sensor);
      values[name] = Math.min(to, Math.max(from, signal(now - since, this.playback.seed)));
    }
    return values;
  }
}
