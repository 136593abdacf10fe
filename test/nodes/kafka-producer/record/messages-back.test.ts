import assert from 'node:assert/strict';
import type { ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import { MessagesBack } from '../../../../nodes/kafka-producer/record/messages-back';
import { decodeRecord, seal } from '../../../../nodes/kafka-producer/outbox/record-codec';
import { toRecord } from '../../../../nodes/kafka-producer/record/record';
import { frameOf } from '../../../../nodes/schema-registry/frame';
import type { RecordSchema } from '../../../../nodes/schema-registry/types';
import { until } from '../../../support/until';

/** A registry that knows schemas once the test lets it. */
class LateRegistry {
  known = new Set<number>();
  private readonly waiting: (() => void)[] = [];

  schemaOf(bytes: Buffer): RecordSchema | undefined {
    const id = bytes.readUInt32BE(1);
    return this.known.has(id) ? { decode: () => ({ value: `value ${id}` }) } : undefined;
  }

  async load(bytes: Buffer): Promise<RecordSchema> {
    const schema = this.schemaOf(bytes);
    if (schema) return schema;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.load(bytes);
  }

  learn(...ids: number[]): void {
    for (const id of ids) this.known.add(id);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** As it comes out of an outbox. */
function stored(payload: unknown, key: unknown = null): ProducerRecord {
  const schemed = { payload: Buffer.isBuffer(payload), key: Buffer.isBuffer(key) };
  const fields = {
    payload,
    key,
    topic: 't',
    partition: '',
    headers: {},
    readingId: '',
    messageId: undefined,
  };
  const place = Buffer.from('place');
  const entry = seal(toRecord({ ...fields, schemed }, 0, true).bytes, place);
  return decodeRecord(entry, place, 't', 0);
}

describe('messages of records that were written by a schema', () => {
  it('have their values again, in the order of the records, also where the schema has to be asked for', async () => {
    const registry = new LateRegistry();
    const back = new MessagesBack(registry);
    const out: unknown[] = [];
    const give = (record: ProducerRecord): void =>
      back.of(record, { partition: 0 }, ({ payload, key }) =>
        out.push(key === undefined ? payload : [payload, key]),
      );
    registry.learn(1);
    give(stored(frameOf(1)));
    assert.deepEqual(out, ['value 1']);
    give(stored(frameOf(2)));
    give(stored(frameOf(1), frameOf(3)));
    give(stored('plain'));
    assert.equal(out.length, 1);
    registry.learn(2);
    await until('the second', () => out.length === 2);
    registry.learn(3);
    await until('all', () => out.length === 4);
    assert.deepEqual(out, ['value 1', 'value 2', ['value 1', 'value 3'], 'plain']);
  });

  it('wait each as long as is had for one, and not for those before them too', async () => {
    const back = new MessagesBack(new LateRegistry(), 200);
    const out: unknown[] = [];
    const began = performance.now();
    for (let n = 0; n < 50; n++)
      back.of(stored(frameOf(n)), { partition: 0 }, ({ payload }) => out.push(payload));
    await until('all', () => out.length === 50);
    assert.ok(performance.now() - began < 5_000);
    assert.deepEqual(
      out,
      Array.from(out, (_, n) => frameOf(n)),
    );
  });

  it('have the bytes where more memory would be taken than is had', () => {
    const back = new MessagesBack(new LateRegistry());
    const large = stored(Buffer.concat([frameOf(1), Buffer.alloc(2 ** 20)]));
    let out = 0;
    for (let n = 0; n < 100; n++) back.of(large, { partition: 0 }, () => out++);
    assert.ok(out >= 36, String(out));
  });

  it('have the bytes where too many would wait, and where there is no registry any more', () => {
    const back = new MessagesBack(new LateRegistry());
    const out: unknown[] = [];
    for (let n = 0; n < 2_500; n++)
      back.of(stored(frameOf(n)), { partition: 0 }, ({ payload }) => out.push(payload));
    assert.ok(out.length >= 1_500, String(out.length));
    assert.deepEqual(
      out,
      Array.from(out, (_, n) => frameOf(n)),
    );
    new MessagesBack(undefined).of(stored(frameOf(7)), { partition: 0 }, ({ payload }) =>
      assert.deepEqual(payload, frameOf(7)),
    );
  });
});
