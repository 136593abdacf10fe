import { toError } from '../shared/user-error';
import type { Lane } from './lane';
import type { OutboxContents } from './outbox-contents';
import type { OutboxFiles } from './outbox-files';

/** A lane with fewer records than this in memory gets the next ones from disk while it sends. */
const READ_AHEAD = 1_000;

/** Reads on from disk, for each lane once at a time, so that a lane has its oldest records in memory. */
export class ReadAhead {
  private readonly readings = new Map<Lane, Promise<void>>();

  constructor(
    private readonly files: OutboxFiles,
    private readonly contents: OutboxContents,
  ) {}

  /** Waits for a lane that has none in memory. @returns whether it has some then; see RecordStore.fill */
  async fill(lane: Lane): Promise<boolean> {
    const { files, contents } = this;
    const { disk } = files;
    if (lane.spilled && disk && !files.isClosing) {
      let reading = this.readings.get(lane);
      const wanted = lane.queue.length === 0 || (lane.queue.length < READ_AHEAD && !contents.memoryIsFull);
      if (!reading && wanted) {
        reading = contents
          .readNext(lane, disk)
          .catch((error: unknown) => (files.disk === disk ? files.reopen(toError(error)) : undefined))
          .finally(() => this.readings.delete(lane));
        this.readings.set(lane, reading);
      }
      if (lane.queue.length === 0) await reading;
    }
    return lane.queue.length > 0;
  }

  /** @returns the reading of a lane that is under way, if there is one */
  reading(lane: Lane): Promise<void> | undefined {
    return this.readings.get(lane);
  }

  /** Waits until what is being read has been. */
  settled(): Promise<unknown> {
    return Promise.all(this.readings.values());
  }
}
