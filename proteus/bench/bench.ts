import type { Circuit } from './circuit';
import type { Outlet } from './outlet';
import { inRealTime } from './pacing';
import type { Surroundings } from './surroundings';

/** Where changes of the surroundings come from while the bench runs. */
export interface Changes {
  /** What has become due by `now`, in seconds of the board's time. */
  due(now: number): Partial<Surroundings>;
}

export interface Bench {
  circuit: Circuit;
  outlet: Outlet;
  changes?: Changes | undefined;
  /** How many seconds to run; undefined: until the signal aborts. */
  seconds?: number | undefined;
}

/** Runs the circuit at real time, its serial line joined to the outlet, until told to stop. */
export async function runBench(
  { circuit, outlet, changes, seconds }: Bench,
  signal: AbortSignal,
): Promise<void> {
  const { board } = circuit;
  const ended = new AbortController();
  await inRealTime(
    (slice) => {
      if (changes) circuit.set(changes.due(board.micros / 1e6));
      board.run(slice);
      board.serial.send(outlet.exchange(board.serial.takeOutput()));
      if (seconds !== undefined && board.micros / 1e6 >= seconds) ended.abort();
    },
    AbortSignal.any([signal, ended.signal]),
  );
}
