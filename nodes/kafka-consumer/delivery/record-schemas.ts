import type { RecordSchema, RegistryLease } from '../../schema-registry/types';
import { toError } from '../../shared/user-error';
import type { LargeIntegers } from '../../shared/exact-json';
import type { ConsumerSettings } from '../config';
import { Rejection } from './decode';
import type { Delivery } from './partition-queue';

/** The schemas that records are read by. A partition waits where the registry has to be asked for one. */
export class RecordSchemas {
  /** of records that wait for others of their delivery: the registry itself may forget theirs meanwhile */
  private readonly held = new WeakMap<Buffer, RecordSchema>();
  private readonly waiting = new WeakSet<Delivery>();

  /**
   * @param wake called when a delivery need not wait any more
   * @param report told what nobody foresaw
   */
  constructor(
    private readonly registry: RegistryLease,
    private readonly settings: Pick<ConsumerSettings, 'output' | 'keyOutput'>,
    private readonly wake: () => void,
    private readonly report: (error: Error) => void,
  ) {}

  /** @returns whether everything is here by which a delivery is read; what is not is asked for */
  areHere(delivery: Delivery): boolean {
    if (this.waiting.has(delivery)) return false;
    const missing: Buffer[] = [];
    for (const record of delivery.records) {
      if (record.rejection) continue;
      if (this.settings.output === 'registry' && this.lacks(record.value)) missing.push(record.value);
      if (this.settings.keyOutput === 'registry' && this.lacks(record.key)) missing.push(record.key);
    }
    if (missing.length === 0) return true;
    this.waiting.add(delivery);
    Promise.all(missing.map((bytes) => this.load(bytes)))
      .then(
        () => undefined,
        // When this is closed, nothing has to go on.
        (error: unknown) => (toError(error).name === 'AbortError' ? undefined : this.report(toError(error))),
      )
      .finally(() => {
        this.waiting.delete(delivery);
        this.wake();
      });
    return false;
  }

  /** @param bytes of a record of a delivery whose schemas are here */
  decode(bytes: Buffer, integers: LargeIntegers): unknown {
    const schema = this.held.get(bytes) ?? this.registry.schemaOf(bytes);
    if (!schema) throw new Error('the schema of this record is not here');
    const decoded = schema.decode(bytes, integers);
    return 'value' in decoded ? decoded.value : new Rejection(decoded.reason, decoded.detail);
  }

  private lacks(bytes: Buffer | null): bytes is Buffer {
    return bytes !== null && !this.held.has(bytes) && this.registry.schemaOf(bytes) === undefined;
  }

  private async load(bytes: Buffer): Promise<void> {
    this.held.set(bytes, await this.registry.load(bytes));
  }
}
