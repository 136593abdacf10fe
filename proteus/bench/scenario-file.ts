import { readFileSync, statSync, type Stats } from 'node:fs';
import { BenchError, messageOf } from './errors';
import { parseScenario, ScenarioPlayer, type Playback } from './scenario';
import type { Surroundings } from './surroundings';

/** How often the file is looked at, in seconds of the clock given to `due`. */
const LOOK_EVERY = 0.1;

/**
 * A scenario that is read again when its file changes; its times then count from that moment.
 * A file that is being written is left alone until two looks in a row find it the same.
 */
export class ScenarioFile {
  private player: ScenarioPlayer;
  private version: string;
  /** What the last look found, when it differs from what is being played. */
  private changing: string | undefined;
  private nextLook = LOOK_EVERY;

  /**
   * @param onProblem told when the changed file cannot be read or is wrong; the old one plays on
   * @param begun when the scenario has begun, in seconds of the clock given to `due`; before 0: it is under way
   * @throws BenchError when the file cannot be read or is wrong now
   */
  constructor(
    private readonly file: string,
    private readonly onProblem: (problem: BenchError) => void,
    private readonly playback: Playback = { sensor: 'dht11', seed: 1 },
    begun = 0,
  ) {
    this.version = look(file);
    this.player = new ScenarioPlayer(read(file, playback), begun, playback);
  }

  /** All changes that have become due by `now` (seconds since the start). */
  due(now: number): Partial<Surroundings> {
    if (now >= this.nextLook) {
      this.nextLook = now + LOOK_EVERY;
      this.takeChanges(now);
    }
    return this.player.due(now);
  }

  private takeChanges(now: number): void {
    const found = look(this.file);
    if (found === this.version) {
      this.changing = undefined;
    } else if (found !== this.changing) {
      this.changing = found;
    } else {
      this.version = found;
      try {
        this.player = new ScenarioPlayer(read(this.file, this.playback), now, this.playback);
      } catch (problem) {
        if (!(problem instanceof BenchError)) throw problem;
        this.onProblem(problem);
      }
    }
  }
}

function read(file: string, { sensor }: Playback) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BenchError(`cannot read the scenario: ${messageOf(cause)}`, { cause });
  }
  return parseScenario(text, file, sensor);
}

/** Tells one state of the file from another. */
function look(file: string): string {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats ? [stats.ino, stats.size, stats.mtimeMs].join(' ') : 'absent';
}
