import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { NodeLifecycle } from '../../../nodes/shared/node-lifecycle';
import { UserError } from '../../../nodes/shared/user-error';

const t = (key: string): string => `text of ${key}`;

function isEmpty(message: unknown): boolean {
  return Object.keys(message as object).length === 0;
}

/** A node as Node-RED makes it, and what is seen of it. */
class FakeNode extends EventEmitter {
  readonly statuses: NodeStatus[] = [];
  readonly errors: { text: string; caught: boolean; about?: object }[] = [];
  readonly warnings: unknown[] = [];
  send: (messages: unknown) => void = () => undefined;
  status(status: NodeStatus): void {
    this.statuses.push(status);
  }
  error(error: Error | string, message?: unknown): void {
    const about = message === undefined || isEmpty(message) ? {} : { about: message as object };
    this.errors.push({ text: String(error), caught: message !== undefined, ...about });
  }
  warn(warning: unknown): void {
    this.warnings.push(warning);
  }
}

describe('the life of a node', () => {
  let events: EventEmitter;
  let fake: FakeNode;
  beforeEach(() => {
    events = new EventEmitter();
    fake = new FakeNode();
  });
  afterEach(() => fake.emit('close', false, () => undefined));

  function start(run: (life: NodeLifecycle) => void): void {
    NodeLifecycle.start({ events } as unknown as NodeAPI, fake as unknown as Node, t, run);
  }

  /** @returns what the message was done with, once for each done */
  function input(message: object): (Error | undefined)[] {
    const done: (Error | undefined)[] = [];
    fake.emit(
      'input',
      message,
      () => undefined,
      (error?: Error) => done.push(error),
    );
    return done;
  }

  const close = (removed = false): Promise<void> =>
    new Promise((resolve) => fake.emit('close', removed, resolve));

  it('says after the start of the flows what is wrong with the settings, and ends each message with that', () => {
    start(() => {
      throw new UserError('kafka-producer.errors.no-cluster');
    });
    assert.deepEqual([fake.statuses, fake.errors], [[], []]);
    events.emit('flows:started', {});
    const text = 'text of kafka-producer.errors.no-cluster';
    assert.deepEqual(fake.statuses, [{ fill: 'red', shape: 'ring', text }]);
    assert.deepEqual(fake.errors, [{ text, caught: true }]);
    events.emit('flows:started', {});
    assert.equal(fake.errors.length, 1, 'once');
    assert.deepEqual(input({}).map(String), [text]);
  });

  it('shows the latest status as soon as the flows have started, and none once it closes', async () => {
    let life!: NodeLifecycle;
    start((started) => (life = started));
    life.show({ text: 'first' });
    life.show({ text: 'second' });
    assert.deepEqual(fake.statuses, []);
    events.emit('flows:started', {});
    assert.deepEqual(fake.statuses, [{ text: 'second' }]);
    fake.emit('close', false, () => undefined);
    life.show({ text: 'third' });
    await new Promise(setImmediate);
    assert.deepEqual(fake.statuses, [{ text: 'second' }]);
  });

  it('ends each message once, also where its logic throws or says so twice', () => {
    start((life) =>
      life.onInput((message, _send, done) => {
        if (message.payload === 'throws') throw new UserError('kafka-producer.errors.closed');
        done();
        done(new Error('late'));
      }),
    );
    assert.deepEqual(input({ payload: 1 }), [undefined]);
    assert.deepEqual(input({ payload: 'throws' }).map(String), ['text of kafka-producer.errors.closed']);
  });

  it('tells each start of the flows, and reports what a listener throws to the Catch nodes', () => {
    const told: [unknown, boolean][] = [];
    start((life) => {
      life.onFlowsStarted(() => {
        throw new UserError('kafka-producer.errors.outbox');
      });
      life.onFlowsStarted((event, first) => told.push([event, first]));
    });
    events.emit('flows:started', 1);
    events.emit('flows:started', 2);
    assert.deepEqual(told, [
      [1, true],
      [2, false],
    ]);
    assert.ok(fake.errors[0]?.caught);
  });

  describe('where Node-RED itself fails at a message,', () => {
    const holes = { _msgid: 'm1', topic: 't', kafka: { delivery: 'c/1' }, payload: new Array(2 ** 32 - 1) };
    const throwing = {
      _msgid: 'm2',
      topic: 't',
      get payload(): unknown {
        throw new Error('not to be read');
      },
    };

    for (const [what, message] of Object.entries({ holes, throwing })) {
      it(`gives the error to the Catch nodes with the fields that can be copied: ${what}`, () => {
        start((life) =>
          life.onInput((_message, _send, done) => done(new UserError('mongo-sink.errors.closed'))),
        );
        assert.deepEqual(input(message), [], 'it is not given what it can’t copy');
        assert.equal(fake.errors.length, 1);
        assert.equal(fake.errors[0]?.text, 'text of mongo-sink.errors.closed');
        const { _msgid, topic } = message;
        const kafka = 'kafka' in message ? { kafka: message.kafka } : {};
        assert.deepEqual(fake.errors[0]?.about, { _msgid, topic, ...kafka });
      });
    }

    it('tells the error by the id of the message where Node-RED throws all the same', () => {
      start((life) => life.onInput((_message, _send, done) => done(new Error('mine'))));
      const done = (): never => {
        throw new TypeError('clone');
      };
      fake.emit('input', { _msgid: 'm3', payload: 1 }, () => undefined, done);
      assert.deepEqual(fake.errors, [{ text: 'Error: mine', caught: true, about: { _msgid: 'm3' } }]);
    });

    it('tells that the end of a message can’t be told to Complete nodes', () => {
      Object.assign(fake, { id: 'n1', _flow: { completeNodeMap: { n1: [{}] } } });
      start((life) => life.onInput((_message, _send, done) => done()));
      assert.deepEqual(input(holes), []);
      assert.deepEqual(fake.errors[0]?.about, { _msgid: 'm1', topic: 't', kafka: { delivery: 'c/1' } });
      assert.match(String(fake.errors[0]?.text), /not-copied/);
    });

    it('sends the fields that can be copied where more than one node gets the message', () => {
      Object.assign(fake, { wires: [['a', 'b']] });
      start((life) =>
        life.onInput((message, send, done) => {
          send([message, [message]]);
          done();
        }),
      );
      const sent: unknown[] = [];
      fake.emit(
        'input',
        holes,
        (messages: unknown) => sent.push(messages),
        () => undefined,
      );
      const { _msgid, topic, kafka } = holes;
      const rest = { _msgid, topic, kafka };
      assert.deepEqual(sent, [[rest, [rest]]]);
      assert.equal(fake.warnings.length, 2);
    });

    it('throws nothing out of a send from a timer', () => {
      let life!: NodeLifecycle;
      start((started) => (life = started));
      fake.send = () => {
        throw new TypeError('clone');
      };
      life.send({ payload: 1 });
      assert.match(String(fake.errors[0]?.text), /not-copied/);
    });

    it('gives an Error that can’t be read as what can be said of it', () => {
      const error = Object.defineProperty(new Error('x'), 'stack', {
        get: () => {
          throw new Error('not to be read');
        },
      });
      start((life) => life.onInput((_message, _send, done) => done(error)));
      assert.deepEqual(input({}).map(String), ['{}']);
    });
  });

  it('waits for what it has to end, and closes all the same where that fails', async () => {
    const ended: boolean[] = [];
    start((life) => {
      life.onClose((removed) => void ended.push(removed));
      life.onClose(() => Promise.reject(new UserError('kafka-producer.errors.outbox')));
      life.onClose(() => {
        throw new UserError('kafka-producer.errors.outbox');
      });
    });
    let closed = 0;
    await new Promise<void>((resolve) => fake.emit('close', true, () => ++closed === 3 && resolve()));
    assert.deepEqual(ended, [true]);
    const text = 'text of kafka-producer.errors.outbox';
    assert.deepEqual(fake.errors, [
      { text, caught: false },
      { text, caught: false },
    ]);
    await close();
  });
});
