import assert from 'node:assert/strict';
import type { Db } from 'mongodb';
import type { ClusterAdmin } from '../../../nodes/kafka-cluster/types';
import { Catalog } from '../../../nodes/topic-catalog/catalog';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import type { EventsAnswer, LiveUpdate, NodeEvent, PathPart } from '../../../nodes/topic-catalog/contract';
import { NodeEvents } from '../../../nodes/topic-catalog/events';
import { NodeList } from '../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../nodes/topic-catalog/nodes';
import { PathWatch } from '../../../nodes/topic-catalog/path-watch';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { until } from '../../support/until';

const MINUTE = 60_000;
const never = (): Promise<never> => new Promise(() => undefined);

/** A part that answers, refuses, or says nothing. */
class Part {
  how: 'answers' | 'refuses' | 'is frozen' = 'answers';
  asked = 0;

  ask(): Promise<unknown> {
    this.asked++;
    if (this.how === 'is frozen') return never();
    return this.how === 'answers' ? Promise.resolve() : Promise.reject(new Error('refused'));
  }
}

describe('topic-catalog: the path by which readings come', () => {
  let kafka: Part;
  let database: Part;
  let watch: PathWatch;
  let changes: PathPart[][];

  beforeEach(() => {
    kafka = new Part();
    database = new Part();
    changes = [];
    watch = new PathWatch(
      [
        { part: 'kafka', ask: () => kafka.ask() },
        { part: 'database', ask: () => database.ask() },
      ],
      () => changes.push(watch.away.map(({ part }) => part)),
      20,
      1_000_000,
    );
  });

  afterEach(() => watch.close());

  it('tells once that a part is away, whether it refuses or says nothing, and once that it is back', async () => {
    await watch.round();
    kafka.how = 'refuses';
    database.how = 'is frozen';
    await watch.round();
    await watch.round();
    kafka.how = 'answers';
    await watch.round();
    assert.deepEqual(changes, [['kafka'], ['kafka', 'database'], ['database']]);
  });

  it('does not ask a part again that has yet to answer', async () => {
    database.how = 'is frozen';
    await watch.round();
    await watch.round();
    assert.equal(database.asked, 1);
  });

  it('proves no silence before everything answered, nor while a part is away', async () => {
    const ts = Date.now() - 10 * MINUTE;
    assert.equal(watch.provesSilence(ts, MINUTE), false);
    kafka.how = 'refuses';
    await watch.round();
    assert.equal(watch.provesSilence(ts, MINUTE), false);
    assert.ok(watch.mayHold(ts));
  });

  it('gives what was held up the usual time to come, once the part is back', async () => {
    await watch.round();
    const ts = Date.now();
    kafka.how = 'refuses';
    await watch.round();
    kafka.how = 'answers';
    await watch.round();
    assert.ok(watch.mayHold(ts - 1));
    assert.equal(watch.provesSilence(ts, 50), false);
    await until('the time', async () => {
      await watch.round();
      return watch.provesSilence(ts, 50);
    });
  });

  it('keeps what was proven before a part went away', async () => {
    const ts = Date.now() - 10 * MINUTE;
    await watch.round();
    kafka.how = 'refuses';
    await watch.round();
    assert.ok(watch.provesSilence(ts, MINUTE));
  });

  it('ends a question of a part that is away, and leaves those of others alone', async () => {
    await watch.round();
    database.how = 'is frozen';
    const failure = (part: PathPart): Error => new CatalogError(part, `${part}-silent`);
    const asked = watch.orAway(['database'], never(), failure);
    const other = watch.orAway(['kafka'], Promise.resolve('answer'), failure);
    await Promise.all([watch.round(), assert.rejects(asked, { source: 'database' })]);
    assert.equal(await other, 'answer');
    await assert.rejects(watch.orAway(['database'], never(), failure), { source: 'database' });
  });
});

describe('topic-catalog: silence', () => {
  const source = {
    description: 'db',
    collection: 'datos',
    nodesCollection: 'nodos',
    db: never,
  };

  it('is told of no node while Kafka is away, and of one that stays away once everything answers', async () => {
    const kafka = new Part();
    const watch = new PathWatch([{ part: 'kafka', ask: () => kafka.ask() }], undefined, 20, 1_000_000);
    const index = new NodeIndex(new Readings(source), new NodeList(source), 5, watch);
    const events = new NodeEvents(index);
    const ts = Date.now();
    const reading = {
      id: null,
      nodo: 'comuna_15',
      topic: 'T',
      ts,
      fecha: null,
      hora: null,
      valores: { x: 1 },
    };
    await watch.round();
    events.onReading(index.accept(reading), reading);
    kafka.how = 'refuses';
    await watch.round();
    const record = index.accept(reading);
    // An hour on: nobody knows what the board has sent meanwhile.
    assert.deepEqual(events.sweep(ts + 60 * MINUTE), []);
    assert.equal(index.stateOf(record, ts + 60 * MINUTE), 'unsure');
    watch.close();
  });

  it('is told where the path has been whole all the time', () => {
    const index = new NodeIndex(new Readings(source), new NodeList(source), 5);
    const events = new NodeEvents(index);
    const ts = Date.now();
    const reading = {
      id: null,
      nodo: 'comuna_15',
      topic: 'T',
      ts,
      fecha: null,
      hora: null,
      valores: { x: 1 },
    };
    events.onReading(index.accept(reading), reading);
    assert.deepEqual(
      events.sweep(ts + 60 * MINUTE).map(({ kind }) => kind),
      ['silent'],
    );
  });
});

describe('topic-catalog: answers while a part is away', () => {
  it('names the part in every answer and live message, and does not wait for a frozen database', async () => {
    const told: LiveUpdate[] = [];
    const shown: PathPart[][] = [];
    const frozen = {
      command: never,
      collection: () => ({ find: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }) }),
    };
    const admin = { describeCluster: () => Promise.reject(new Error('no')) };
    const catalog = new Catalog({
      kafka: {
        description: 'kafka:9092',
        groupId: 'g',
        admin: admin as unknown as ClusterAdmin,
        localize: String,
      },
      database: {
        description: 'mongodb://db',
        collection: 'datos',
        nodesCollection: 'nodos',
        settingsCollection: 'ajustes',
        db: () => Promise.resolve(frozen as unknown as Db),
      },
      silentAfter: 5,
      onLive: (update) => told.push(update),
      onEvent: (event: NodeEvent) => assert.fail(event.kind),
      onAway: (away) => shown.push(away.map(({ part }) => part)),
    });
    try {
      await assert.rejects(catalog.answer('nodes', {}), { source: 'database', key: /database-silent$/ });
      const { away } = (await catalog.answer('events', {})) as EventsAnswer;
      assert.deepEqual(
        away?.map(({ part }) => part),
        ['kafka', 'database'],
      );
      assert.deepEqual(shown, [['kafka'], ['kafka', 'database']]);
      assert.equal(told.at(-1)?.away?.length, 2);
    } finally {
      catalog.close();
    }
  });
});
