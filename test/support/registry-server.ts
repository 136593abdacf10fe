import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Certificate } from './certificates';
import type { ConfluentRecord, HeaderRecords } from './apicurio/confluent-records';

const CONFLUENT = path.join(__dirname, '../nodes/schema-registry/confluent');

/** @returns records that Confluent's serialisers have written, as tools/registry-records keeps them */
export function keptRecords(): ConfluentRecord[] {
  return readKept('records.json') as ConfluentRecord[];
}

/** @returns the same records with their schemas named in a header */
export function keptHeaderRecords(): ConfluentRecord[] {
  return (readKept('header-records.json') as HeaderRecords).records;
}

function readKept(name: string): unknown {
  return JSON.parse(readFileSync(path.join(CONFLUENT, name), 'utf8'));
}

/** @returns bytes as records.json shows them */
export function withShownBytes(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, each: { type?: unknown; data?: number[] } | null) =>
      each?.type === 'Buffer' ? { bytes: Buffer.from(each.data ?? []).toString('hex') } : each,
    ),
  );
}

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** A server that answers as the registry did which the records were written with, and as the test says. */
export class RegistryServer {
  /** what it was asked for, in order */
  readonly asked: { path: string; authorization: string | undefined; body: string }[] = [];
  /** by path; the registry's own answers where it has none */
  readonly replies = new Map<string, Reply>();
  /** answers everything with this */
  reply: Reply | undefined;
  /** told of each question before it is answered */
  onAsked: (place: string) => void = () => undefined;
  /** answers nothing at all */
  silent = false;
  /** whether it finds schemas by GUID; one that does not has no such path */
  findsGuids = true;
  private readonly known: Record<string, unknown> = {
    '/schemas/types': ['JSON', 'PROTOBUF', 'AVRO'],
    ...(readKept('registry.json') as object),
    ...(readKept('header-records.json') as HeaderRecords).answers,
  };
  private readonly server: http.Server | https.Server;

  /** @param certificate of a server that speaks https; absent: http */
  constructor(certificate?: Certificate) {
    const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => this.serve(request, body, response));
    };
    this.server = certificate
      ? https.createServer(
          { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) },
          serve,
        )
      : http.createServer(serve);
  }

  /** @param port a free one when absent. @returns the registry's address */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    const scheme = this.server instanceof https.Server ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Ends all connections, also those that are waited on. */
  dropAll(): void {
    this.server.closeAllConnections();
  }

  /** Gives a schema an id. */
  setSchema(id: number, schema: unknown, more: object = {}): void {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    this.set(`/schemas/ids/${id}`, { schema: text, ...more });
  }

  /** Gives a schema a GUID. */
  setGuid(guid: string, schema: unknown, more: object = {}): void {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    this.set(`/schemas/guids/${guid}`, { guid, schema: text, ...more });
  }

  /** Gives a subject a schema. */
  setSubject(subject: string, id: number, schema: unknown, more: object = {}, version = 1): void {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    const body = { subject, id, version, schema: text, ...more };
    for (const name of ['latest', String(version)]) this.set(`/subjects/${subject}/versions/${name}`, body);
    this.setSchema(id, text, more);
  }

  /** how often a path was asked for */
  count(place: string): number {
    return this.asked.filter((each) => each.path === place).length;
  }

  private set(place: string, body: object): void {
    this.replies.set(place, { status: 200, body: JSON.stringify(body) });
  }

  private serve(request: http.IncomingMessage, body: string, response: http.ServerResponse): void {
    const place = request.url ?? '';
    this.asked.push({ path: place, authorization: request.headers.authorization, body });
    this.onAsked(place);
    if (this.silent) return;
    const answer = this.reply ?? this.replies.get(place) ?? this.ownAnswer(place);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  private ownAnswer(place: string): Reply {
    if (!this.findsGuids && place.startsWith('/schemas/guids/')) return NO_SUCH_PATH;
    const known = this.known[place];
    return known === undefined ? NOT_FOUND : { status: 200, body: JSON.stringify(known) };
  }
}

const NOT_FOUND: Reply = { status: 404, body: '{"error_code":40403,"message":"Schema not found"}' };
const NO_SUCH_PATH: Reply = { status: 404, body: '{"error_code":404,"message":"HTTP 404 Not Found"}' };
