import type { Circuit } from './circuit';
import { FaultyLine } from './line-faults';
import type { Outlet } from './outlet';
import { inRealTime, type Pacing } from './pacing';
import { randomNumbers } from './random';
import type { Surroundings } from './surroundings';

/** Where changes of the surroundings come from while the bench runs. */
export interface Changes {
  /** What has become due by `now`, in seconds of the board's time. */
  due(now: number): Partial<Surroundings>;
}

/** A board, what it stands in, and where its serial line leads. */
export interface Station {
  circuit: Circuit;
  outlet: Outlet;
  changes?: Changes | undefined;
  /** The same faults for the same seed. */
  seed?: number;
  /** Mean time between two moments without supply, seconds; undefined: there are none. */
  brownOutEvery?: number | undefined;
}

export interface Bench {
  stations: Station[];
  /** Called behind each slice of time, when all boards have run. */
  between?: () => void;
  /** How many seconds to run; undefined: until the signal aborts. */
  seconds?: number | undefined;
  pacing?: Pacing;
}

/** Runs the boards side by side, each serial line joined to its outlet, until told to stop. */
export async function runBench(
  { stations, between, seconds, pacing }: Bench,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const running = stations.map((station) => new Running(station));
  let passed = 0;
  await inRealTime(
    (slice) => {
      for (const each of running) each.run(slice);
      between?.();
      passed += slice;
      // Slices are not exact in binary: half of one is as near as it gets.
      if (seconds !== undefined && passed >= seconds - slice / 2) ended.abort();
    },
    AbortSignal.any([signal, ended.signal]),
    pacing,
  );
}

class Running {
  private readonly line: FaultyLine;
  private readonly random: () => number;

  constructor(private readonly station: Station) {
    const { seed = 1, circuit } = station;
    this.line = new FaultyLine(seed, circuit.around);
    this.random = randomNumbers(seed);
  }

  run(slice: number): void {
    const { circuit, outlet, changes, brownOutEvery } = this.station;
    const { board } = circuit;
    if (changes) circuit.set(changes.due(board.micros / 1e6));
    board.run(slice);
    board.serial.send(outlet.exchange(this.line.pass(board.serial.takeOutput())));
    if (brownOutEvery !== undefined && this.random() < slice / brownOutEvery) board.brownOut();
  }
}
