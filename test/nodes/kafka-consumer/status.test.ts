import assert from 'node:assert/strict';
import type { ConsumerOverview } from '../../../nodes/kafka-consumer/consumer';
import { touchesAnything } from '../../../nodes/kafka-consumer/confirming/flow-changes';
import { describeStatus } from '../../../nodes/kafka-consumer/status';
import { UserError } from '../../../nodes/shared/user-error';

const OVERVIEW: ConsumerOverview = {
  state: { state: 'connected' },
  missingTopics: [],
  unseenTopics: [],
  unsubscribedTopics: [],
  partitions: 3,
  leaderless: [],
  refused: [],
  throttled: false,
  transaction: undefined,
  lag: 12,
  paused: false,
  stuck: undefined,
  overdue: 0,
  blocked: [],
  missed: 0,
  unknownConfirmations: 0,
  deadLetterProblem: undefined,
  registryProblem: undefined,
};
const t = (key: string, params: object = {}) =>
  [key.replace(/^kafka-\w+\./, ''), ...Object.values(params).map(String)].join(' ');

function shown(overview: Partial<ConsumerOverview>): {
  fill?: string | undefined;
  text?: string | undefined;
} {
  const { fill, text } = describeStatus(
    { ...OVERVIEW, ...overview },
    'g',
    { by: 'flow', because: 'mongo-sink' },
    t,
  );
  return { fill, text };
}

describe("the kafka-consumer's status", () => {
  it('names the partitions that no broker leads', () => {
    assert.deepEqual(shown({ leaderless: [{ topic: 'Prueba', partition: 2 }] }), {
      fill: 'yellow',
      text: 'status.leaderless Prueba/2 · status.connected g 3 12 · status.by-mongo-sink',
    });
  });

  it('names the partitions that brokers refuse, and why', () => {
    const refused = [0, 2].map((partition) => ({ topic: 'Prueba', partition, error: new Error('No disk') }));
    assert.deepEqual(shown({ refused }), {
      fill: 'red',
      text: 'status.refused Prueba/0, Prueba/2 No disk · status.connected g 3 12 · status.by-mongo-sink',
    });
  });

  it('is no alarm where the leader of such partitions only can not be reached, which passes', () => {
    const place = { topic: 'Prueba', partition: 0, error: new Error('No way'), passes: true };
    assert.deepEqual(shown({ refused: [place] }), {
      fill: 'yellow',
      text: 'status.refused Prueba/0 No way · status.connected g 3 12 · status.by-mongo-sink',
    });
    assert.equal(shown({ refused: [place, { ...place, partition: 1, passes: false }] }).fill, 'red');
  });

  it('says of topics that can be missing or forbidden that it is one of both', () => {
    assert.deepEqual(shown({ unseenTopics: ['a', 'b'] }), {
      fill: 'red',
      text: 'status.unseen a, b · status.connected g 3 12 · status.by-mongo-sink',
    });
  });

  it('tells group, partitions, lag and who confirms', () => {
    assert.deepEqual(shown({}), { fill: 'green', text: 'status.connected g 3 12 · status.by-mongo-sink' });
  });

  it('names a partition that waits for the end of a transaction', () => {
    const transaction = { topic: 'Prueba', partition: 2, since: Date.UTC(2026, 10, 24, 10) };
    const { fill, text } = shown({ transaction });
    assert.equal(fill, 'yellow');
    assert.match(text ?? '', /^status\.connected g 3 12 · status\.transaction Prueba 2 \d\d:\d\d:\d\d · /);
  });

  it('turns red for a record that a whole partition waits for, and names it', () => {
    const stuck = { topic: 'Prueba', partition: 2, offset: '100', since: Date.UTC(2026, 10, 24, 10) };
    const { fill, text } = shown({ stuck });
    assert.equal(fill, 'red');
    assert.match(text ?? '', /^status\.stuck Prueba 2 100 \d\d:\d\d:\d\d · status\.connected/);
  });

  it('turns red when the group gives it what it does not read', () => {
    assert.deepEqual(shown({ unsubscribedTopics: ['a', 'b'] }), {
      fill: 'red',
      text: 'status.unsubscribed a, b g',
    });
  });

  it('turns yellow when something needs a look', () => {
    assert.equal(shown({ paused: true }).fill, 'yellow');
    assert.ok(shown({ paused: true }).text?.startsWith('status.paused'));
    assert.deepEqual(shown({ overdue: 2, missed: 5, missingTopics: ['b'] }), {
      fill: 'yellow',
      text: 'status.connected g 3 12 · status.overdue 2 · status.missed 5 · status.waiting b · status.by-mongo-sink',
    });
  });

  it('tells what it waits for and until when', () => {
    assert.equal(shown({ state: { state: 'waiting', topics: ['a', '/b/'] } }).text, 'status.waiting a, /b/');
    const at = new Date(2026, 0, 1, 12, 34, 56).getTime();
    const unreachable = new UserError('kafka-cluster.errors.unreachable', { brokers: 'x' });
    const error = Object.assign(unreachable, { problem: 'unreachable' });
    assert.deepEqual(shown({ state: { state: 'retrying', nextAttempt: at, error } }), {
      fill: 'red',
      text: 'status.retrying 12:34:56 short.no-connection',
    });
    const away = { error: new UserError('schema-registry.errors.away', { url: 'u' }), since: at };
    const { fill, text } = shown({ registryProblem: away });
    assert.equal(fill, 'red');
    assert.ok(text?.startsWith('status.registry 12:34:56 schema-registry.errors.away u · '), text);
    assert.equal(shown({ deadLetterProblem: new Error('no topic') }).text, 'status.dead-letters no topic');
  });
});

describe('a deploy', () => {
  it('touches something unless a partial one lists nothing', () => {
    assert.equal(touchesAnything({ type: 'full' }), true);
    assert.equal(touchesAnything({}), true);
    assert.equal(
      touchesAnything({ type: 'nodes', diff: { added: [], changed: [], removed: [], rewired: [] } }),
      false,
    );
    assert.equal(touchesAnything({ type: 'nodes', diff: { changed: ['x'] } }), true);
    assert.equal(touchesAnything({ type: 'flows', diff: { removed: ['x'] } }), true);
  });
});
