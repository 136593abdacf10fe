import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProducerConfig } from '../../../../nodes/kafka-producer/config';
import { MessageFields } from '../../../../nodes/kafka-producer/record/message-fields';
import { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';

/** Messages whose key is evaluated by the function that the message brings along. */
function fields(): MessageFields {
  return new MessageFields(readProducerConfig({ topic: 't', key: 'x', keyType: 'jsonata' }), {
    property: () => undefined,
    prepare: () => (message) => (message.key as () => unknown)(),
  });
}

describe('kafka-producer: fields of messages', () => {
  it('keeps the order of messages also when the evaluation of one fails', async () => {
    const reader = fields();
    const order: string[] = [];
    const read = (name: string, key: () => unknown): void =>
      reader.read({ key }, (error) => order.push(error ? `${name}: ${error.message}` : name));
    read('A', () => sleep(30));
    read('B', () => Promise.reject(new Error('no')));
    read('C', () => 'at once');
    read('D', () => {
      throw new Error('never');
    });
    read('E', () => 'at once');
    await until('all to be read', () => order.length === 5);
    assert.deepEqual(order, ['A', 'B: no', 'C', 'D: never', 'E']);
  });

  it('does not let errors wait without end behind a value that does not come', async () => {
    const reader = fields();
    let come = (): void => undefined;
    const order: string[] = [];
    reader.read({ key: () => new Promise<void>((resolve) => (come = resolve)) }, () => order.push('first'));
    const never = (): never => {
      throw new Error('never');
    };
    for (let n = 0; n < 3_000; n++) reader.read({ key: never }, () => order.push('error'));
    reader.read({ key: () => 'at once' }, () => order.push('last'));
    assert.equal(order.length, 2_001);
    assert.deepEqual(new Set(order), new Set(['error']));
    come();
    await until('all to be read', () => order.length === 3_002);
    assert.deepEqual([order[2_001], order.at(-1)], ['first', 'last']);
    reader.read({ key: never }, () => order.push('again'));
    assert.equal(order.at(-1), 'again');
  });

  it('takes no more messages than there is room for while they wait behind a value that does not come', async () => {
    const reader = fields();
    let come = (): void => undefined;
    const read: string[] = [];
    const refused: string[] = [];
    const send = (payload: unknown, key: () => unknown): void =>
      reader.read({ key, payload }, (error) =>
        error instanceof UserError ? refused.push(error.key) : read.push('read'),
      );
    send('first', () => new Promise<void>((resolve) => (come = resolve)));
    const megabyte = () => Buffer.alloc(2 ** 20);
    for (let n = 0; n < 200; n++) send(n % 2 === 0 ? megabyte() : { text: 'x'.repeat(2 ** 20) }, () => 'k');
    assert.ok(refused.length > 130 && refused.length < 140, `${refused.length} are refused`);
    assert.deepEqual(new Set(refused), new Set(['kafka-producer.errors.too-many-waiting']));
    const hostile = new Proxy([], {
      get: () => {
        throw new Error('no');
      },
    });
    send(hostile, () => 'k');
    for (let n = 0; n < 100_000; n++) send(1, () => Promise.reject(new Error('late')));
    assert.ok(read.length === 0 && refused.length > 98_000);
    const taken = 100_202 - refused.length;
    come();
    await until('all to be read', () => read.length === taken);
    const before = refused.length;
    send(megabyte(), () => Promise.resolve('k'));
    await until('the next', () => read.length === taken + 1);
    assert.equal(refused.length, before);
  });

  for (const [when, key] of [
    ['at once', () => 'k'],
    ['later', () => Promise.resolve('k')],
  ] as const) {
    it(`hands what its caller throws back as the error of that message, ${when}`, async () => {
      const errors: (Error | undefined)[] = [];
      const reader = fields();
      reader.read({ key }, (error) => {
        errors.push(error);
        if (!error) throw new RangeError('too long');
      });
      reader.read({ key }, (error) => errors.push(error));
      await until('both to be read', () => errors.length === 3);
      assert.deepEqual(
        errors.map((error) => error?.message),
        [undefined, 'too long', undefined],
      );
    });
  }
});
