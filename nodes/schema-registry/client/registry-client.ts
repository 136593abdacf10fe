import { certificateProblem } from '../../shared/certificate-problem';
import { TooLongError, type HttpAnswer } from '../../shared/http-answer';
import { shorten, toError } from '../../shared/user-error';
import {
  array,
  integer,
  looseObject,
  maxValue,
  minValue,
  nullish,
  number,
  pipe,
  safeParse,
  string,
} from '../../vendored/schema';
import type { Reference, SchemaSource } from '../codecs/codec';
import { RegistryError } from '../errors';
import { MAX_SCHEMA_ID, type SchemaName } from '../frame';
import { SCHEMA_TYPES, type SchemaType } from '../../shared/schema-types';
import { agentFor, ask, type Server } from './request';

/** A schema of a subject, and the id by which records name it. */
export interface RegisteredSchema {
  id: number;
  source: SchemaSource;
}

/** Of one schema, in all; beyond it the registry is asked no further. */
const MOST_REFERENCES = 200;
const MOST_REFERENCE_BYTES = 8 * 2 ** 20;
const MAX_REASON = 200;
/** A registry may ask for hours of rest; it is looked after it all the same. */
const MAX_QUIET_MS = 60_000;

const id = pipe(number(), integer(), minValue(0), maxValue(MAX_SCHEMA_ID));
// Of what is not there, some registries say null.
const references = nullish(
  array(looseObject({ name: string(), subject: string(), version: pipe(number(), integer()) })),
);
const schemaAnswer = looseObject({ schema: string(), schemaType: nullish(string()), references });
const versionAnswer = looseObject({ ...schemaAnswer.entries, id });
const idAnswer = looseObject({ id });
const errorAnswer = looseObject({ error_code: number(), message: nullish(string()) });
const subjectsAnswer = array(string());
const typesAnswer = array(string());

type SchemaAnswer = Pick<SchemaSource, 'text'> & { type: string; references: readonly ReferencePlace[] };
interface ReferencePlace {
  name: string;
  subject: string;
  version: number;
}

/** Asks a registry by its REST API (https://docs.confluent.io/platform/current/schema-registry/develop/api.html). */
export class RegistryClient {
  private readonly agent;
  private readonly closing = new AbortController();
  /** the registry has asked not to be asked until then (milliseconds since 1970), with this error */
  private rest: { until: number; error: RegistryError } | undefined;

  constructor(private readonly server: Server) {
    this.agent = agentFor(server);
  }

  get url(): string {
    return this.server.url;
  }

  /** @throws RegistryError (a rejection) */
  async schemaOf(name: SchemaName): Promise<SchemaSource> {
    const answer =
      typeof name === 'number'
        ? await this.get(`/schemas/ids/${name}`, { what: String(name) })
        : await this.byGuid(name);
    return this.withReferences(readSchema(this.parse(schemaAnswer, answer)));
  }

  /** @throws RegistryError (a rejection) */
  async latestOf(subject: string): Promise<RegisteredSchema> {
    const answer = await this.get(`/subjects/${encodeURIComponent(subject)}/versions/latest`, {
      what: subject,
    });
    const found = this.parse(versionAnswer, answer);
    return { id: found.id, source: await this.withReferences(readSchema(found)) };
  }

  /**
   * Registers a schema under a subject, where it is not already.
   * @returns its id
   * @throws RegistryError (a rejection)
   */
  async register(subject: string, type: SchemaType, schema: string): Promise<number> {
    const body = JSON.stringify({ schema, ...(type === 'AVRO' ? {} : { schemaType: type }) });
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    return this.parse(idAnswer, await this.get(path, { what: subject }, body)).id;
  }

  /** @returns how many subjects there are. @throws RegistryError (a rejection) */
  async countSubjects(): Promise<number> {
    return this.parse(subjectsAnswer, await this.get('/subjects', { what: '' })).length;
  }

  close(): void {
    this.closing.abort();
    this.agent.destroy();
  }

  /**
   * A registry that finds no schemas by GUID says of that path what a proxy says of a registry which is away. So it is asked
   * again once it is seen to be there: by a question that registries take since they know more than Avro.
   */
  private async byGuid(guid: string): Promise<HttpAnswer> {
    const path = `/schemas/guids/${guid}`;
    try {
      return await this.get(path, { what: guid });
    } catch (error) {
      if (!isPathUnknown(error)) throw error;
    }
    this.parse(typesAnswer, await this.get('/schemas/types', { what: guid }));
    try {
      return await this.get(path, { what: guid });
    } catch (error) {
      if (!isPathUnknown(error)) throw error;
      throw new RegistryError('unknown', error.params, { cause: error, isPathUnknown: true });
    }
  }

  private async withReferences(answer: SchemaAnswer): Promise<SchemaSource> {
    const type = SCHEMA_TYPES.find((known) => known === answer.type);
    if (!type) throw this.unusable(`its type is ${shorten(answer.type)}`);
    const found: Reference[] = [];
    await this.collect(answer.references, found, new Set(), { bytes: 0 });
    return { type, text: answer.text, references: found };
  }

  /** Those that a schema refers to, and before each what that one refers to. */
  private async collect(
    places: readonly ReferencePlace[],
    found: Reference[],
    seen: Set<string>,
    sum: { bytes: number },
  ): Promise<void> {
    for (const { name, subject, version } of places) {
      const place = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
      // By its name too: the same schema may be known by several.
      const key = `${place} ${name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MOST_REFERENCES)
        throw this.unusable(`it refers to more than ${MOST_REFERENCES} others`);
      const answer = readSchema(this.parse(versionAnswer, await this.reference(place, subject, version)));
      sum.bytes += answer.text.length;
      if (sum.bytes > MOST_REFERENCE_BYTES) throw this.unusable('those that it refers to are too long');
      await this.collect(answer.references, found, seen, sum);
      // Of several versions under one name the first counts, as with Confluent's own programs.
      if (!found.some((other) => other.name === name)) found.push({ name, text: answer.text });
    }
  }

  private async reference(place: string, subject: string, version: number): Promise<HttpAnswer> {
    try {
      return await this.get(place, { what: subject });
    } catch (error) {
      if (!(error instanceof RegistryError) || error.fault !== 'unknown') throw error;
      throw this.unusable(
        `it refers to version ${version} of ${shorten(subject)}, which the registry has not`,
        error,
      );
    }
  }

  /** @returns an answer that gives what was asked for. @throws RegistryError (a rejection) */
  private async get(path: string, { what }: { what: string }, body?: string): Promise<HttpAnswer> {
    if (this.rest && Date.now() < this.rest.until) throw this.rest.error;
    let answer: HttpAnswer;
    try {
      answer = await ask(this.server, path, this.agent, this.closing.signal, body);
    } catch (thrown) {
      throw this.unreachable(toError(thrown));
    }
    if (answer.status === 200 || answer.status === 201) return answer;
    const error = this.refusal(answer, what, body !== undefined);
    if (error.quietMs > 0) this.rest = { until: Date.now() + error.quietMs, error };
    throw error;
  }

  private unreachable(error: Error): RegistryError {
    const params = { url: this.url, reason: shorten(error.message, MAX_REASON) };
    if (error instanceof TooLongError)
      return error.isAnswer
        ? this.unusable(error.message, error)
        : new RegistryError('away', params, { cause: error, text: 'no-registry' });
    const certificate = certificateProblem(error);
    if (certificate) return new RegistryError('not-admitted', params, { cause: error, text: certificate });
    if (error.name === 'TimeoutError') {
      const seconds = this.server.timeoutMs / 1_000;
      return new RegistryError('away', { url: this.url, seconds }, { cause: error, text: 'no-answer' });
    }
    return new RegistryError('away', params, { cause: error });
  }

  private refusal({ status, body, retryAfter }: HttpAnswer, what: string, isWrite: boolean): RegistryError {
    const told = safeParse(errorAnswer, parseJson(body));
    const message = told.success ? (told.output.message ?? '') : '';
    const reason = shorten([`HTTP ${status}`, message].filter((part) => part !== '').join(', '), MAX_REASON);
    const params = { url: this.url, reason, what: shorten(what) };
    if (status === 401 || status === 403) return new RegistryError('not-admitted', params);
    if (status >= 500 || isPassing(status))
      return new RegistryError('away', params, { quietMs: quietOf(retryAfter) });
    // Without a code of its own, something else has answered: a proxy, or a wrong address.
    if (told.success && told.output.error_code !== 404) {
      if (status === 404 || status === 410) return new RegistryError('unknown', params);
      if (isJudgement(status)) return isWrite ? new RegistryError('refused', params) : this.unusable(reason);
    }
    return new RegistryError('away', params, { text: 'no-registry', isPathUnknown: status === 404 });
  }

  private parse<S extends Parameters<typeof safeParse>[0]>(schema: S, { status, body }: HttpAnswer) {
    const result = safeParse(schema, parseJson(body));
    if (result.success) return result.output;
    const params = { url: this.url, reason: shorten(`HTTP ${status}, ${body}`, MAX_REASON) };
    throw new RegistryError('away', params, { text: 'no-registry' });
  }

  private unusable(reason: string, cause?: Error): RegistryError {
    return new RegistryError('unusable', { url: this.url, reason }, { cause });
  }
}

function isPathUnknown(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.isPathUnknown;
}

/** Too early, too often, too slow: at another time the same request may have another answer. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429;
}

/** What a registry says of that very request, now and at any time: that it is wrong, or in conflict with what there is. */
function isJudgement(status: number): boolean {
  return status === 400 || status === 409 || status === 422;
}

/** @param retryAfter seconds, or a date. @returns milliseconds */
function quietOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  const wanted = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return wanted > 0 ? Math.min(wanted, MAX_QUIET_MS) : 0;
}

function readSchema(answer: {
  schema: string;
  schemaType?: string | null | undefined;
  references?: readonly ReferencePlace[] | null | undefined;
}): SchemaAnswer {
  // Of the first registries, which knew nothing else, nothing says Avro.
  return { text: answer.schema, type: answer.schemaType ?? 'AVRO', references: answer.references ?? [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is none of the answers either.
    return undefined;
  }
}
