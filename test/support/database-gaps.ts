import { randomUUID } from 'node:crypto';
import { MongoClient, MongoServerError, type Db } from 'mongodb';

/** Something of MongoDB that a server does not have, and what that costs here. */
export interface Gap {
  name: string;
  what: string;
  costs: string;
}

interface Check extends Gap {
  /** @returns whether the server has it; whatever it throws says that it has not */
  has: (db: Db) => Promise<boolean>;
}

const CHECKS: readonly Check[] = [
  {
    name: 'duplicate-code',
    what: 'code 11000 where a unique index is asked for over duplicates',
    costs: 'nothing: nodes that stand twice are looked for',
    has: async (db) => {
      await db.collection('twice').insertMany([{ nodo: 'a' }, { nodo: 'a' }]);
      return db
        .collection('twice')
        .createIndex({ nodo: 1 }, { unique: true })
        .then(
          () => false,
          (error: unknown) => error instanceof MongoServerError && error.code === 11_000,
        );
    },
  },
  {
    name: 'expiry',
    what: 'indexes with `expireAfterSeconds`',
    costs: 'readings do not expire, which is said',
    has: async (db) => {
      await db.collection('expiring').createIndex({ ts: 1 }, { expireAfterSeconds: 60 });
      const indexes = await db.collection('expiring').indexes();
      return indexes.some(({ expireAfterSeconds }) => expireAfterSeconds === 60);
    },
  },
  {
    name: 'validators',
    what: 'validators of a collection',
    costs: 'nothing: readings that break one are stored',
    has: async (db) => {
      await db.createCollection('valid', { validator: { $jsonSchema: { required: ['x'] } } });
      return db
        .collection('valid')
        .insertOne({ y: 1 })
        .then(
          () => false,
          () => true,
        );
    },
  },
  {
    name: 'time-series',
    what: 'time-series collections',
    costs: 'nothing: mongo-sink refuses them',
    has: async (db) => {
      await db.createCollection('series', { timeseries: { timeField: 'ts' } });
      const [info] = await db.listCollections({ name: 'series' }, { nameOnly: false }).toArray();
      return info?.type === 'timeseries' || info?.options?.timeseries !== undefined;
    },
  },
  {
    name: 'capped',
    what: 'capped collections',
    costs: 'nothing: mongo-sink refuses them',
    has: async (db) => {
      await db.createCollection('capped', { capped: true, size: 4096 });
      const [info] = await db.listCollections({ name: 'capped' }, { nameOnly: false }).toArray();
      return info?.options?.capped === true;
    },
  },
  {
    name: 'views',
    what: 'views',
    costs: 'nothing: mongo-sink refuses them',
    has: async (db) => {
      await db.createCollection('view', { viewOn: 'twice', pipeline: [] });
      const [info] = await db.listCollections({ name: 'view' }).toArray();
      return info?.type === 'view';
    },
  },
  {
    name: 'collations',
    what: 'collations of a collection',
    costs: 'nothing',
    has: async (db) => {
      await db.createCollection('collated', { collation: { locale: 'es', strength: 1 } });
      const [info] = await db.listCollections({ name: 'collated' }, { nameOnly: false }).toArray();
      return info?.options?.collation !== undefined;
    },
  },
  {
    name: 'nan',
    what: 'NaN in a document',
    costs: 'a reading that has one is refused',
    has: async (db) => {
      await db.collection('nan').insertOne({ x: NaN });
      return Number.isNaN((await db.collection('nan').findOne())?.x);
    },
  },
  {
    name: 'odd-names',
    what: 'field names with a dot or a `$`',
    costs: 'such readings go to `rechazados`',
    has: async (db) => {
      await db.collection('names').insertOne({ 'a.b': 1, $c: 2 });
      return true;
    },
  },
  {
    name: 'nested-arrays',
    what: 'arrays in arrays',
    costs: 'summaries can not be kept, which is said',
    has: async (db) => {
      await db.collection('arrays').insertOne({ celdas: [[1, 2], null] });
      return true;
    },
  },
];

/** Asks a server for what the tests need. @returns what it calls itself, and what it lacks */
export async function gapsOf(uri: string): Promise<{ server: string; gaps: Gap[] }> {
  const client = await MongoClient.connect(uri);
  const db = client.db(`gaps-${randomUUID()}`);
  try {
    const { version } = await db.command({ buildInfo: 1 });
    const gaps: Gap[] = [];
    for (const { has, ...gap } of CHECKS) {
      const isThere = await has(db).catch(() => false);
      if (!isThere) gaps.push(gap);
    }
    return { server: `server of version ${String(version)}`, gaps };
  } finally {
    await db.dropDatabase();
    await client.close();
  }
}

/** @returns why a test can't be run on the server of this run, where that lacks what it needs (`npm run test:database`) */
export function missing(name: string): string | undefined {
  const lacks = (process.env.DATABASE_GAPS ?? '').split(',').includes(name);
  return lacks ? `this server lacks ${CHECKS.find((check) => check.name === name)?.what ?? name}` : undefined;
}
