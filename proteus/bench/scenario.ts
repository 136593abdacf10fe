import { BenchError, messageOf } from './errors';
import { parseSetting, type Surroundings } from './surroundings';

/** A change of the surroundings at a time, in seconds from when the scenario was read. */
export interface Step {
  at: number;
  change: Partial<Surroundings>;
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
 *     repeat 30
 *
 * @throws BenchError naming file, line and what is wrong
 */
export function parseScenario(text: string, file: string): Scenario {
  const scenario: Scenario = { steps: [] };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
    try {
      if (words[0] === 'repeat') scenario.repeat = parseRepeat(words);
      else if (words.length > 0) scenario.steps.push(parseStep(words));
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

function parseStep(words: string[]): Step {
  const [first = '', ...others] = words;
  const timed = !first.includes('=');
  const at = timed ? Number(first) : 0;
  if (!(at >= 0 && at < Infinity)) {
    throw new BenchError(`${JSON.stringify(first)} is neither a time in seconds nor name=value`);
  }
  const settings = timed ? others : words;
  if (settings.length === 0) throw new BenchError('a time needs a setting behind it, such as humedad=61');
  let change: Partial<Surroundings> = {};
  for (const setting of settings) {
    const [name = '', value] = setting.split('=', 2);
    if (value === undefined) throw new BenchError(`${JSON.stringify(setting)} is not name=value`);
    change = { ...change, ...parseSetting(name, value) };
  }
  return { at, change };
}

/** Plays a scenario along a clock. */
export class ScenarioPlayer {
  private next = 0;
  private begun: number;

  /** @param now time on that clock at which the scenario begins, seconds */
  constructor(
    private readonly scenario: Scenario,
    now: number,
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
        step = steps[++this.next];
      }
      if (repeat === undefined || elapsed < repeat) return change;
      this.begun += repeat;
      this.next = 0;
    }
  }
}
