import { RecentMap } from '../shared/recent-names';
import { toError } from '../shared/user-error';
import type { MemoryMeter } from '../shared/data-bounds';
import type { LargeIntegers } from '../shared/exact-json';
import { RegistryClient } from './client/registry-client';
import type { Server } from './client/request';
import { compile } from './codecs/compile';
import { DecodeError, type Codec, type SchemaSource } from './codecs/codec';
import { RegistryError } from './errors';
import { contentOf, describeUnframed, schemaNameOf, type SchemaName } from './frame';
import { Gate } from './gate';
import type { KeptSchemas } from './kept-schemas';
import { Lease } from './lease';
import { keyOf } from './pending-values';
import type {
  Decoded,
  EncoderSettings,
  RecordSchema,
  RegistryLease,
  RegistryProblem,
  SchemaRegistry,
  SchemaRejection,
} from './types';

/** Schemas kept ready: more than a topic has ever had, and some tens of megabytes if each were large. */
const MOST_SCHEMAS = 1_000;
/** An id or a GUID that the registry does not know may be given to a schema; asked no more often than this. */
const UNKNOWN_MS = 30_000;
/** A newer schema of a subject is written by after this time at the latest. */
const LATEST_MS = 60_000;
/** It is looked for after this time already, while values go on: none waits for a registry that is silent. */
const LOOK_AGAIN_MS = 30_000;
/** Requests under way at the same time. */
const MOST_REQUESTS = 4;

/** Subjects and names that are asked for at the same time: topics come out of messages, names out of records. */
const MOST_ASKED = 1_000;

/** So long a value waits for a registry that does not answer, before its message is given back. */
const PATIENCE_MS = 30_000;

/** A schema to write by. */
export interface Encoder {
  id: number;
  codec: Codec;
  /** milliseconds since 1970 */
  at: number;
  /** a newer one has been looked for since */
  lookedAgain?: boolean;
}

/** The registry that a config node holds: its schemas, ready for use. */
export class ConfluentRegistry implements SchemaRegistry {
  private readonly client: RegistryClient;
  private readonly gate = new Gate(MOST_REQUESTS);
  private readonly schemas = new RecentMap<ReadySchema>(MOST_SCHEMAS);
  private readonly loading = new Map<SchemaName, Promise<ReadySchema>>();
  private readonly encoders = new RecentMap<Encoder>(MOST_SCHEMAS);
  private readonly fetching = new Map<string, Promise<Encoder>>();
  private answerCount = 0;

  /**
   * @param kept where schemas to write by are kept for the next start; nowhere when absent
   * @param patienceMs how long a value waits
   */
  constructor(
    server: Server,
    private readonly kept?: KeptSchemas,
    readonly patienceMs = PATIENCE_MS,
  ) {
    this.client = new RegistryClient(server);
  }

  get description(): string {
    return this.client.url;
  }

  /** how often the registry has answered as one, whatever it said */
  get answers(): number {
    return this.answerCount;
  }

  acquire(onProblem: (problem: RegistryProblem | undefined) => void = () => undefined): RegistryLease {
    return new Lease(this, onProblem);
  }

  close(): void {
    this.client.close();
  }

  /** @returns what is known of these bytes' schema; undefined where it has to be asked for */
  known(bytes: Buffer, header?: Buffer): RecordSchema | undefined {
    const name = schemaNameOf(bytes, header);
    if (name === undefined) return NOT_FRAMED;
    const schema = this.schemas.get(String(name));
    return schema && schema.goodUntil > Date.now() ? schema : undefined;
  }

  /** Asks once. @throws RegistryError (a rejection) where the registry can't say for now */
  ask(name: SchemaName): Promise<RecordSchema> {
    const under = this.loading.get(name);
    if (under) return under;
    if (this.loading.size >= MOST_ASKED) return Promise.reject(this.crowded());
    const loading = this.gate.run(() => this.load(name)).finally(() => this.loading.delete(name));
    this.loading.set(name, loading);
    return loading;
  }

  /** @returns what a subject is written by; undefined where the registry has to be asked for it first */
  knownEncoder(subject: string, settings: EncoderSettings): Encoder | undefined {
    const key = keyOf(subject, settings);
    const encoder = this.encoders.get(key);
    const age = encoder ? Date.now() - encoder.at : Infinity;
    if (!encoder || age >= LATEST_MS) return undefined;
    if (age >= LOOK_AGAIN_MS && !encoder.lookedAgain) {
      this.encoders.set(key, { ...encoder, lookedAgain: true });
      // What is wrong is told to the value that has to wait for it.
      this.fetch(key, subject, settings).catch(() => undefined);
    }
    return encoder;
  }

  /** Asks once, unless it is known by now. @throws RegistryError (a rejection) */
  async encoderOf(subject: string, settings: EncoderSettings): Promise<Encoder> {
    return (
      this.knownEncoder(subject, settings) ?? (await this.fetch(keyOf(subject, settings), subject, settings))
    );
  }

  /** Asks once for what a subject is written by, however many want to know. @throws RegistryError (a rejection) */
  private fetch(key: string, subject: string, settings: EncoderSettings): Promise<Encoder> {
    const under = this.fetching.get(key);
    if (under) return under;
    if (this.fetching.size >= MOST_ASKED) {
      const before = this.encoders.get(key);
      return before ? Promise.resolve(before) : Promise.reject(this.crowded());
    }
    const asked = Date.now();
    const fetching = this.gate
      .run(() => {
        // Whoever wanted it has given up, and others wait behind it.
        if (Date.now() - asked > this.patienceMs) throw this.crowded();
        return this.fetchEncoder(key, subject, settings);
      })
      .then((fetched) => {
        this.answerCount++;
        this.encoders.set(key, fetched);
        return fetched;
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof RegistryError && error.passes)) {
          this.answerCount++;
          throw error;
        }
        // What was good before is, while nobody can say otherwise.
        const before = this.encoders.get(key) ?? (await this.keptEncoder(key));
        if (!before) throw error;
        const still = { id: before.id, codec: before.codec, at: Date.now() };
        this.encoders.set(key, still);
        return still;
      })
      .finally(() => this.fetching.delete(key));
    this.fetching.set(key, fetching);
    return fetching;
  }

  /** Too much is asked for already. */
  crowded(): RegistryError {
    return new RegistryError('away', { url: this.description, most: MOST_ASKED }, { text: 'too-many-asked' });
  }

  private async load(name: SchemaName): Promise<ReadySchema> {
    const schema = await this.fetchSchema(name);
    this.answerCount++;
    this.schemas.set(String(name), schema);
    return schema;
  }

  private async fetchSchema(name: SchemaName): Promise<ReadySchema> {
    let source: SchemaSource;
    try {
      source = await this.client.schemaOf(name);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.passes) throw error;
      if (error.fault !== 'unknown')
        return rejecting('schema-unusable', `schema ${name} can't be used: ${String(error.params.reason)}`);
      const has = error.isPathUnknown ? 'finds no schema by a GUID, and so not schema' : 'has no schema';
      return rejecting('schema-unknown', `the registry ${this.description} ${has} ${name}`);
    }
    try {
      return new CompiledSchema(name, compile(source));
    } catch (error) {
      const detail = `schema ${name} (${source.type}) can't be used: ${toError(error).message}`;
      return rejecting('schema-unusable', detail);
    }
  }

  private async fetchEncoder(key: string, subject: string, { register }: EncoderSettings): Promise<Encoder> {
    const { id, source } = register
      ? {
          id: await this.client.register(subject, register.type, register.schema),
          source: { type: register.type, text: register.schema, references: [] },
        }
      : await this.client.latestOf(subject);
    try {
      const encoder = { id, codec: compile(source), at: Date.now() };
      // What was written by it may have to be read again.
      this.schemas.set(String(id), new CompiledSchema(id, encoder.codec));
      void this.kept?.keep(this.keptName(key), { id, source });
      return encoder;
    } catch (cause) {
      const params = { url: this.description, reason: `${subject}: ${toError(cause).message}` };
      throw new RegistryError('unusable', params, { cause });
    }
  }

  private async keptEncoder(key: string): Promise<Pick<Encoder, 'id' | 'codec'> | undefined> {
    const found = await this.kept?.find(this.keptName(key));
    try {
      if (!found) return undefined;
      const codec = compile(found.source);
      this.schemas.set(String(found.id), new CompiledSchema(found.id, codec));
      return { id: found.id, codec };
    } catch {
      // It was good when it was kept; by other rules now it is asked for again.
      return undefined;
    }
  }

  /** Another registry has other ids. */
  private keptName(key: string): string {
    return `${this.description}\n${key}`;
  }
}

interface ReadySchema extends RecordSchema {
  /** milliseconds since 1970 */
  goodUntil: number;
}

class CompiledSchema implements ReadySchema {
  readonly goodUntil = Infinity;

  constructor(
    private readonly name: SchemaName,
    private readonly codec: Codec,
  ) {}

  decode(bytes: Buffer, integers: LargeIntegers, meter?: MemoryMeter, header?: Buffer): Decoded {
    try {
      const { body, behindName } = contentOf(bytes, header);
      return { value: this.codec.decode(body, integers, meter, behindName) };
    } catch (thrown) {
      const { reason, message } =
        thrown instanceof DecodeError
          ? thrown
          : { reason: 'not-decodable' as const, message: toError(thrown).message };
      return { reason, detail: `not readable by schema ${this.name}: ${message}` };
    }
  }
}

function rejecting(reason: SchemaRejection, detail: string): ReadySchema {
  return { goodUntil: Date.now() + UNKNOWN_MS, decode: () => ({ reason, detail }) };
}

export const NOT_FRAMED: RecordSchema = {
  decode: (bytes, _integers, _meter, header) => ({
    reason: 'not-framed',
    detail: describeUnframed(bytes, header),
  }),
};
