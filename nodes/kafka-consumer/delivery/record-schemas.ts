import type { IncomingRecord } from '../../kafka-cluster/types';
import type { RecordSchema, RegistryLease } from '../../schema-registry/types';
import { toError } from '../../shared/user-error';
import type { MemoryMeter } from '../../shared/data-bounds';
import type { LargeIntegers } from '../../shared/exact-json';
import type { ConsumerSettings } from '../config';
import { Rejection } from './decode';
import type { Delivery } from './partition-queue';
import { namedByHeader } from './schema-headers';

/** Schemas that are asked for at the same time, of one delivery and in all: each record may name another. */
const MOST_OF_ONE = 16;
const MOST_ASKED = 1_000;

/** The schemas that records are read by. A partition waits where the registry has to be asked for one. */
export class RecordSchemas {
  /** of records that wait for others of their delivery: the registry itself may forget theirs meanwhile */
  private readonly held = new WeakMap<Buffer, RecordSchema>();
  /**
   * What is asked for. It knows nothing of the deliveries that wait for it: they may be void long before a registry that is
   * away answers, and would stay in memory with their records, anew with each rebalance.
   */
  private readonly asked = new Set<Promise<RecordSchema>>();

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
  areHere({ records }: Pick<Delivery, 'records'>): boolean {
    if (!records.some((record) => this.schemedOf(record).some((bytes) => !this.schemaOf(bytes)))) return true;
    let left = MOST_OF_ONE;
    for (const bytes of records.flatMap((record) => this.schemedOf(record))) {
      const schema = this.schemaOf(bytes);
      if (schema) this.held.set(bytes, schema);
      else if (left-- > 0 && this.asked.size < MOST_ASKED) this.ask(this.registry.load(bytes));
    }
    return false;
  }

  /**
   * @param bytes of a record of a delivery whose schemas are here
   * @param meter told how much memory the value takes
   */
  decode(bytes: Buffer, integers: LargeIntegers, meter?: MemoryMeter): unknown {
    const schema = this.schemaOf(bytes);
    if (!schema) throw new Error('the schema of this record is not here');
    const decoded = schema.decode(bytes, integers, meter);
    return 'value' in decoded ? decoded.value : new Rejection(decoded.reason, decoded.detail);
  }

  /** What of a record names a schema. */
  private schemedOf({ rejection, value, key, headers }: IncomingRecord): Buffer[] {
    const { output, keyOutput } = this.settings;
    const schemed: Buffer[] = [];
    if (rejection) return schemed;
    if (output === 'registry' && value !== null) schemed.push(value);
    if (keyOutput === 'registry' && key !== null) schemed.push(key);
    for (const bytes of schemed) {
      const named = namedByHeader(headers, bytes === value ? 'value' : 'key');
      if (named) this.held.set(bytes, named);
    }
    return schemed;
  }

  private schemaOf(bytes: Buffer): RecordSchema | undefined {
    return this.held.get(bytes) ?? this.registry.schemaOf(bytes);
  }

  /** @param loading the same promise for the same schema, as long as it is not here */
  private ask(loading: Promise<RecordSchema>): void {
    if (this.asked.has(loading)) return;
    this.asked.add(loading);
    loading
      .then(
        () => undefined,
        // When this is closed, nothing has to go on.
        (error: unknown) => (toError(error).name === 'AbortError' ? undefined : this.report(toError(error))),
      )
      .finally(() => {
        this.asked.delete(loading);
        this.wake();
      });
  }
}
