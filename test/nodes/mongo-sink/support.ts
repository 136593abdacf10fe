import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';
import { MongoConnection } from '../../../nodes/mongo-database/client';
import { connectionSettings } from '../../../nodes/mongo-database/settings';
import type { BackfillProgress } from '../../../nodes/mongo-sink/history/backfill';
import type { Element, Identity } from '../../../nodes/mongo-sink/storing/identity';
import { elementsOf } from '../../../nodes/mongo-sink/storing/identity';
import type { SinkResult } from '../../../nodes/mongo-sink/storing/items';
import type { SinkListener, SinkState } from '../../../nodes/mongo-sink/report';
import { MongoSink, type SinkSettings } from '../../../nodes/mongo-sink/sink';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { newReadingId } from '../../../nodes/shared/reading-id';

export const SETTINGS: SinkSettings = {
  collection: 'datos',
  nodesCollection: 'nodos',
  rejectedCollection: 'rechazados',
  maxBatch: 500,
  summaries: true,
  retention: 0,
};

/** A database of its own on a server, and a plain client that looks into it. */
export interface TestDatabase {
  uri: string;
  name: string;
  db: Db;
  drop(): Promise<void>;
}

export async function openDatabase(uri: string): Promise<TestDatabase> {
  const client = new MongoClient(uri);
  await client.connect();
  const name = `test-${randomUUID()}`;
  const db = client.db(name);
  return {
    uri,
    name,
    db,
    drop: async () => {
      await db.dropDatabase();
      await client.close();
    },
  };
}

/** A sink on a test database, with everything it told. */
export class TestSink {
  readonly states: SinkState[] = [];
  readonly troubles: Error[] = [];
  readonly backfills: BackfillProgress[] = [];
  readonly connection: MongoConnection;
  readonly sink: MongoSink;

  constructor({ uri, name }: Pick<TestDatabase, 'uri' | 'name'>, settings: Partial<SinkSettings> = {}) {
    this.connection = new MongoConnection(connectionSettings({ uri, database: name }), (error) =>
      assert.fail(error),
    );
    const listener: SinkListener = {
      onState: (state) => this.states.push(state),
      onProblem: (error) => this.troubles.push(error),
      onBackfill: (progress) => this.backfills.push(progress),
      textOf: (error) => error.message,
    };
    this.sink = new MongoSink(this.connection, { ...SETTINGS, ...settings }, listener);
  }

  /** Hands a message over; resolves when its readings are settled. */
  store(message: PipelineMessage): Promise<SinkResult> {
    return new Promise((resolve) => this.sink.add(elementsOf(message), resolve));
  }

  async close(): Promise<void> {
    await this.sink.close();
    await this.connection.close();
  }
}

/** A reading as serial-json-in sends it. */
export function reading(nodo: string, humedad = 60): { nodo: string; [variable: string]: unknown } {
  return {
    nodo,
    humedad,
    temperatura: 26,
    sensacion: 26.92732,
    radiacion: 1997.07,
    fecha: '2026-11-24',
    hora: '10:00:00',
  };
}

/** A record as kafka-consumer delivers it; without a reading id, like one of the original publisher. */
export function record(
  payload: unknown,
  offset: number,
  readingId?: string,
  timestamp = 1_795_500_000_000 + offset,
): PipelineMessage {
  return {
    payload,
    topic: 'Prueba',
    ...(readingId === undefined ? {} : { readingId }),
    kafka: { topic: 'Prueba', partition: 0, offset: String(offset), timestamp },
  };
}

/** An element with an identity of its own. */
export function element(value: unknown): Element & { identity: Identity } {
  const [first] = elementsOf({
    payload: value,
    topic: 'Prueba',
    readingId: newReadingId(),
  });
  if (!first) throw new Error('no element');
  return first;
}
