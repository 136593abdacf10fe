import assert from 'node:assert/strict';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { RecordSchemas } from '../../../../nodes/kafka-consumer/delivery/record-schemas';
import type { Rejection } from '../../../../nodes/kafka-consumer/delivery/decode';
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
    schemaOf: (bytes) => (bytes.readUInt32BE(1) === this.latest ? schemaOf(this.latest) : undefined),
    load: (bytes) => {
      const id = bytes.readUInt32BE(1);
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

  it('are not looked for in front of bytes whose schema a header names: these are set aside with its name', () => {
    const guid = Buffer.from('0189abcdef0123456789abcdef01234567', 'hex');
    // Of Protobuf, the places of the message in its file stand behind it.
    const ofProtobuf = Buffer.concat([guid, Buffer.of(0x04, 0x02, 0x00)]);
    for (const name of [guid, ofProtobuf]) {
      const named = { ...record(7), headers: { __value_schema_id: name } };
      assert.ok(schemas.areHere({ records: [named] }));
      const rejection = schemas.decode(named.value!, 'text') as Rejection;
      assert.equal(rejection.reason, 'not-framed');
      assert.match(
        rejection.detail,
        /__value_schema_id names the schema 89abcdef-0123-4567-89ab-cdef01234567:/,
      );
    }
    assert.deepEqual([...registry.asked.keys()], []);
    const other = { ...record(8), headers: { __value_schema_id: Buffer.from('no name of a schema') } };
    assert.ok(!schemas.areHere({ records: [other] }));
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
