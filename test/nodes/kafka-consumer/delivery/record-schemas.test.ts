import assert from 'node:assert/strict';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { RecordSchemas } from '../../../../nodes/kafka-consumer/delivery/record-schemas';
import { frameOf } from '../../../../nodes/schema-registry/frame';
import type { RecordSchema, RegistryLease } from '../../../../nodes/schema-registry/types';
import { collectGarbage } from '../../../support/garbage';
import { until } from '../../../support/until';

/** A registry that answers when the test says so, and remembers only the latest of what it has answered. */
class SlowRegistry {
  readonly asked = new Map<number, () => void>();
  private readonly loads = new Map<number, Promise<RecordSchema>>();
  private latest: number | undefined;

  readonly lease: Pick<RegistryLease, 'schemaOf' | 'load'> = {
    schemaOf: (bytes, header = bytes) =>
      header.readUInt32BE(1) === this.latest ? schemaOf(this.latest) : undefined,
    load: (bytes, header = bytes) => {
      const id = header.readUInt32BE(1);
      const under =
        this.loads.get(id) ??
        new Promise<RecordSchema>((resolve) =>
          this.asked.set(id, () => {
            this.latest = id;
            this.loads.delete(id);
            this.asked.delete(id);
            resolve(schemaOf(id));
          }),
        );
      this.loads.set(id, under);
      return under;
    },
  };
}

const schemaOf = (id: number): RecordSchema => ({ decode: () => ({ value: id }) });
const record = (id: number): IncomingRecord => ({
  key: null,
  value: frameOf(id),
  headers: {},
  timestamp: 0,
  offset: '0',
});

describe('the schemas of records that wait for their registry', () => {
  let registry: SlowRegistry;
  let schemas: RecordSchemas;
  let woken: number;

  beforeEach(() => {
    registry = new SlowRegistry();
    woken = 0;
    schemas = new RecordSchemas(
      registry.lease as RegistryLease,
      { output: 'registry', keyOutput: 'string' },
      () => woken++,
      (error) => assert.fail(error),
    );
  });

  it('are those that headers name, of value and key, before what their bytes begin with', async () => {
    schemas = new RecordSchemas(
      registry.lease as RegistryLease,
      { output: 'registry', keyOutput: 'registry' },
      () => woken++,
      (error) => assert.fail(error),
    );
    const headers = {
      __value_schema_id: [frameOf(8), null, frameOf(9)],
      __key_schema_id: frameOf(10),
    };
    const named = { ...record(7), key: frameOf(7), headers };
    for (const id of [9, 10]) {
      assert.ok(!schemas.areHere({ records: [named] }));
      const before = woken;
      registry.asked.get(id)?.();
      await until('the next attempt', () => woken > before);
    }
    assert.ok(schemas.areHere({ records: [named] }));
    assert.deepEqual([...registry.asked.keys()], []);
    assert.equal(schemas.decode(named.key, 'text', undefined, headers.__key_schema_id), 10);
    assert.equal(schemas.decode(named.value!, 'text', undefined, frameOf(9)), 9);
    // As a program says that has none to name.
    for (const none of [null, [frameOf(8), null]]) {
      const plain = { ...record(11), headers: { __value_schema_id: none } };
      assert.ok(!schemas.areHere({ records: [plain] }));
    }
    assert.deepEqual([...registry.asked.keys()], [11]);
  });

  it('keep no record of an assignment that is over, however long the registry is away', async () => {
    const assign = (): WeakRef<Buffer> => {
      const waiting = record(7);
      assert.equal(schemas.areHere({ records: [waiting] }), false);
      assert.ok(waiting.value);
      return new WeakRef(waiting.value);
    };
    const refs = Array.from({ length: 20 }, assign);
    await until('all to be collected', async () => {
      await collectGarbage();
      return refs.every((ref) => ref.deref() === undefined);
    });
    assert.deepEqual([...registry.asked.keys()], [7]);
  });

  it('are asked for a few at a time, and all of a delivery are there at last', async () => {
    const records = Array.from({ length: 100 }, (_, id) => record(id));
    while (!schemas.areHere({ records })) {
      assert.ok(registry.asked.size > 0 && registry.asked.size <= 16, `${registry.asked.size} at a time`);
      const before = woken;
      registry.asked.values().next().value?.();
      await until('the next attempt', () => woken > before);
    }
    assert.deepEqual(
      records.map(({ value }) => schemas.decode(value!, 'text')),
      records.map((_, id) => id),
    );
  });
});
