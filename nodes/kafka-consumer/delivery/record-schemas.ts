import type { IncomingRecord } from '../../kafka-cluster/types';
import type { RecordSchema, RegistryLease } from '../../schema-registry/types';
import { toError } from '../../shared/user-error';
import type { MemoryMeter } from '../../shared/data-bounds';
import type { LargeIntegers } from '../../shared/exact-json';
import type { ConsumerSettings } from '../config';
import { Rejection } from './decode';
import type { Delivery } from './partition-queue';
import { schemaHeader } from './schema-headers';

/** Schemas that are asked for at the same time, of one delivery and in all: each record may name another. */
const MOST_OF_ONE = 16;
const MOST_ASKED = 1_000;

/** Bytes that have a schema, and the header that may name it. */
interface Schemed {
  bytes: Buffer;
  header: Buffer | undefined;
}

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
    if (records.every((record) => this.schemedOf(record).every((schemed) => this.schemaOf(schemed))))
      return true;
    let left = MOST_OF_ONE;
    for (const schemed of records.flatMap((record) => this.schemedOf(record))) {
      const { bytes, header } = schemed;
      const schema = this.schemaOf(schemed);
      if (schema) this.held.set(bytes, schema);
      else if (left-- > 0 && this.asked.size < MOST_ASKED) this.ask(this.registry.load(bytes, header));
    }
    return false;
  }

  /**
   * @param bytes of a record of a delivery whose schemas are here
   * @param meter told how much memory the value takes
   * @param header of that record, for these bytes
   */
  decode(bytes: Buffer, integers: LargeIntegers, meter?: MemoryMeter, header?: Buffer): unknown {
    const schema = this.schemaOf({ bytes, header });
    if (!schema) throw new Error('the schema of this record is not here');
    const decoded = schema.decode(bytes, integers, meter, header);
    return 'value' in decoded ? decoded.value : new Rejection(decoded.reason, decoded.detail);
  }

  /** What of a record names a schema. */
  private schemedOf({ rejection, value, key, headers }: IncomingRecord): Schemed[] {
    const { output, keyOutput } = this.settings;
    const schemed: Schemed[] = [];
    if (rejection) return schemed;
    if (output === 'registry' && value !== null)
      schemed.push({ bytes: value, header: schemaHeader(headers, 'value') });
    if (keyOutput === 'registry' && key !== null)
      schemed.push({ bytes: key, header: schemaHeader(headers, 'key') });
    return schemed;
  }

  private schemaOf({ bytes, header }: Schemed): RecordSchema | undefined {
    return this.held.get(bytes) ?? this.registry.schemaOf(bytes, header);
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
