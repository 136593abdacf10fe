import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import { backfill } from '../../nodes/mongo-sink/history/backfill';
import type { ReadingDocument } from '../../nodes/mongo-sink/storing/document';
import {
  ensureMarksIndexes,
  historyDatabase,
  type HistoryDatabase,
} from '../../nodes/mongo-sink/history/history-database';
import { ensureNodosIndex, ensureReadingsIndex } from '../../nodes/mongo-sink/preparing/indexes';
import { lastReadingOf, type NodoDocument } from '../../nodes/mongo-sink/storing/nodo';
import { summariseMark } from '../../nodes/mongo-sink/history/summarise';
import { HOUR_MS } from '../../nodes/shared/durations';
import { hourOf, markId } from '../../nodes/shared/summary-chunks';
import { KafkaJsCluster } from '../../nodes/kafka-cluster/cluster';
import type { AdminLease } from '../../nodes/kafka-cluster/types';
import { Catalog } from '../../nodes/topic-catalog/catalog';
import { Database } from '../../stack/database/database';
import { memoryMB, peakMemoryMB } from '../support/process-usage';
import { DatabaseClock } from './database-clock';
import { NODES, type GeneratedHistory } from './generator';
import { KafkaRecords } from './kafka-records';
import type { Question } from './questions';
import type { Loading } from './report';
import { SummaryWriter, differences, markHour } from './summaries';

const NAMES = { collection: 'datos', nodesCollection: 'nodos' };
const BATCH = 5_000;
const CHECKED_HOURS = 50;
/** Loading may keep the server from answering for a while; only one that stays so is to be killed. */
const STANDSTILL_MS = 600_000;

/** A history in a database of its own, with a Kafka that holds as many records. */
export class StoredHistory {
  private readonly clock: DatabaseClock;
  private readonly cluster: KafkaJsCluster;
  private readonly lease: AdminLease;

  private constructor(
    private readonly database: Database,
    private readonly kafka: KafkaRecords,
    private readonly client: MongoClient,
  ) {
    this.clock = new DatabaseClock(client);
    this.cluster = new KafkaJsCluster({ brokers: [kafka.bootstrap], clientId: 'bench' }, () => undefined);
    this.lease = this.cluster.acquireAdmin();
  }

  /** @param capMB of the server's memory */
  static async start(dir: string, capMB: number): Promise<StoredHistory> {
    const database = await Database.prepare({
      dir: path.join(dir, 'database'),
      report: console.log,
      standstill: STANDSTILL_MS,
    });
    await database.start();
    execFileSync('prlimit', ['--pid', String(database.process.pid), `--as=${capMB * 1024 * 1024}`]);
    const kafka = await KafkaRecords.start(path.join(dir, 'kafka'));
    const client = await MongoClient.connect(database.uri, { monitorCommands: true });
    return new StoredHistory(database, kafka, client);
  }

  get databaseName(): string {
    return this.database.name;
  }

  get memory(): { nowMB: number; peakMB: number } {
    const { pid } = this.database.process;
    return { nowMB: memoryMB(pid), peakMB: peakMemoryMB(pid) };
  }

  /** Stores readings as mongo-sink leaves them, but in large batches; the open hour is marked and not summarised. */
  async load(generated: GeneratedHistory): Promise<Loading> {
    const begun = performance.now();
    const db = this.client.db('datos');
    const history = await this.prepare(db);
    const { readings, newest } = await this.store(db, history, generated);
    await db.collection(NAMES.nodesCollection).insertMany(Array.from(newest.values(), lastReadingOf));
    for (const nodo of generated.denseNodes) {
      for (let hour = generated.denseSince; hour < hourOf(generated.now); hour += HOUR_MS) {
        await markHour(history, nodo, hour);
        await summariseMark(history, markId(nodo, hour));
      }
    }
    for (const nodo of NODES) await markHour(history, nodo, hourOf(generated.now));
    const seconds = (performance.now() - begun) / 1000;
    const different = await differences(history, generated.now, CHECKED_HOURS);
    const records = await this.kafka.fill(generated.size);
    return { readings, records, seconds, checked: { hours: CHECKED_HOURS, different } };
  }

  /** Asks a catalog that has answered nothing yet, or only what the same page has asked before. */
  async ask({ requests, known }: Question): Promise<{ answer: number; database: number }> {
    const db = this.client.db('datos');
    const { admin, release } = this.cluster.acquireAdmin();
    const catalog = new Catalog({
      kafka: {
        description: 'bench',
        groupId: 'mongo-sink',
        admin,
        localize: (error) => error.message,
      },
      database: {
        description: 'bench',
        ...NAMES,
        settingsCollection: 'ajustes',
        db: () => Promise.resolve(db),
      },
      silentAfter: 5,
      onLive: () => undefined,
      onEvent: () => undefined,
    });
    try {
      if (known !== undefined) await catalog.answer('nodes', { nodo: known });
      await this.clock.quiet();
      const [begun, before] = [performance.now(), this.clock.milliseconds];
      await Promise.all(requests.map(({ action, payload }) => catalog.answer(action, payload)));
      const answer = performance.now() - begun;
      await this.clock.quiet();
      return { answer, database: this.clock.milliseconds - before };
    } finally {
      catalog.close();
      release();
    }
  }

  async stop(): Promise<void> {
    this.lease.release();
    await this.client.close();
    await Promise.all([this.database.stop(), this.kafka.stop()]);
  }

  private async prepare(db: Db): Promise<HistoryDatabase> {
    const history = historyDatabase(db, NAMES);
    await ensureReadingsIndex(db, db.collection<ReadingDocument>(NAMES.collection));
    await ensureNodosIndex(db, db.collection<NodoDocument>(NAMES.nodesCollection));
    await ensureMarksIndexes(db, history);
    // Nothing is there yet: from here on the summaries, with the marks, hold everything.
    await backfill(history, () => undefined, new AbortController().signal);
    return history;
  }

  private async store(
    db: Db,
    history: HistoryDatabase,
    generated: GeneratedHistory,
  ): Promise<{ readings: number; newest: Map<string, ReadingDocument> }> {
    const summaries = new SummaryWriter(history);
    const newest = new Map<string, ReadingDocument>();
    let readings = 0;
    let batch: ReadingDocument[] = [];
    let storing: Promise<unknown> = Promise.resolve();
    const flush = async (): Promise<void> => {
      await storing;
      storing = db.collection<ReadingDocument>(NAMES.collection).insertMany(batch, { ordered: false });
      batch = [];
    };
    for (const reading of generated.readings()) {
      readings++;
      newest.set(reading.nodo, reading);
      if (batch.push(reading) >= BATCH) await flush();
      if (!generated.isLeft(reading)) await summaries.add(reading);
    }
    if (batch.length > 0) await flush();
    await storing;
    await summaries.end();
    return { readings, newest };
  }
}
