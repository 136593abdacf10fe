import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { pack } from '../../../../nodes/kafka-cluster/compression/codecs';
import { RECORD_LIMITS } from '../../../../nodes/kafka-cluster/records/limits';
import { readRecordSet } from '../../../../nodes/kafka-cluster/records/record-set';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { othersTurn, workUntilTurnIsOver } from '../../../support/turns';
import { FOREIGN, TIME, batch, body, encodeRecord, numbers, offsetsOf, read } from './batches';

const COUNT = 300;

/** What all of them have written. */
function expected(format: number, firstOffset: number, time: (i: number) => number): IncomingRecord[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const headers: IncomingRecord['headers'] = {};
    const hasHeaders = format === 2 && i % 10 === 1;
    if (hasHeaders) {
      headers.a = [Buffer.from('1'), null];
      headers.nada = null;
      headers['vacía'] = Buffer.alloc(0);
    }
    return {
      key: i % 3 === 0 ? null : Buffer.from([0x80, i & 255]),
      value: i % 50 === 49 ? null : Buffer.from(`{"nodo":"estación ${i % 7}","n":${i},"temperatura":21.5}`),
      headers,
      timestamp: format === 0 ? -1 : time(i),
      offset: String(firstOffset + i),
      // They have one more, of a name that no message can carry.
      ...(hasHeaders && { rejection: { reason: 'headers', detail: 'a header is named __proto__' } }),
    };
  });
}

describe('the records of a fetch', () => {
  for (const [what, bytes] of Object.entries({
    'batches of one record each': Buffer.concat(
      numbers(COUNT).map((number, i) => batch({ base: BigInt(i), body: body([number]), count: 1 })),
    ),
    'a batch of many records': batch({ body: body(numbers(COUNT)), count: COUNT }),
  })) {
    it(`are not read in one go, so that others have their turn: ${what}`, async () => {
      workUntilTurnIsOver();
      const hadTheirTurn = othersTurn();
      const set = await read(bytes);
      assert.deepEqual(offsetsOf(set), numbers(COUNT));
      assert.ok(hadTheirTurn());
    });
  }

  describe('written by other clients', () => {
    const files = readdirSync(FOREIGN).filter((name) => !name.includes('transactions'));

    for (const file of files) {
      it(`are read as they were written: ${path.basename(file, '.bin')}`, async () => {
        const [, format, appended] = /-v(\d)-.*?(append-time)?\.bin$/.exec(file) ?? [];
        const first = file.startsWith('java') ? 1_000 : 0;
        const set = await read(readFileSync(path.join(FOREIGN, file)));
        const time = appended ? () => TIME + 777 : (i: number) => TIME + i;
        const wanted = expected(Number(format), first, time);
        assert.equal(set.records.length, COUNT);
        assert.deepEqual(set.records, wanted);
        assert.equal(set.nextOffset, BigInt(first + COUNT));
        assert.equal(set.blockedBy, undefined);
      });
    }

    it('are there in all formats and codecs', () => {
      for (const name of [
        'java-v0-gzip',
        'java-v0-lz4',
        'java-v1-lz4',
        'java-v2-zstd',
        'librdkafka-v2-snappy',
        'kafka-python-v1-snappy',
      ])
        assert.ok(files.includes(`${name}.bin`), name);
    });

    it('are read from the middle of a batch, packed or not', async () => {
      for (const file of ['java-v2-none', 'java-v2-zstd', 'java-v1-gzip', 'java-v0-snappy']) {
        const set = await read(readFileSync(path.join(FOREIGN, `${file}.bin`)), 1_123n);
        assert.deepEqual(
          offsetsOf(set),
          numbers(COUNT)
            .slice(123)
            .map((n) => String(1_000 + Number(n))),
        );
      }
    });

    it('leave out what was aborted and the markers, and end behind a batch that was emptied', async () => {
      const bytes = readFileSync(path.join(FOREIGN, 'java-v2-transactions.bin'));
      const aborted = [{ producerId: '1', firstOffset: '100' }];
      const set = await readRecordSet({ bytes, from: 100n, aborted });
      assert.deepEqual(
        set.records.map(({ offset, value }) => [offset, String(value)]),
        [
          ['102', 'committed 0'],
          ['104', 'committed 1'],
        ],
      );
      assert.equal(set.nextOffset, 120n);
    });
  });

  it('move on behind batches that hold no record, wherever they stand', async () => {
    const empty = (base: bigint): Buffer => batch({ base, body: Buffer.alloc(0), count: 0, lastDelta: 9 });
    assert.deepEqual(await read(empty(0n)), { records: [], nextOffset: 10n });
    const between = Buffer.concat([
      batch({ body: body(['a']), count: 1 }),
      empty(1n),
      batch({ base: 11n, body: body(['b']), count: 1, lastDelta: 4 }),
    ]);
    const set = await read(between);
    assert.deepEqual(offsetsOf(set), ['0', '11']);
    assert.equal(set.nextOffset, 16n);
  });

  it('wait for the rest of a batch that is cut off', async () => {
    const whole = batch({ body: body(['a', 'b']), count: 2 });
    const cut = batch({ base: 2n, body: body(['c']), count: 1 });
    for (let length = 0; length < cut.length; length++) {
      const set = await read(Buffer.concat([whole, cut.subarray(0, length)]));
      assert.deepEqual([offsetsOf(set), set.nextOffset], [['0', '1'], 2n]);
    }
  });

  it('of a batch of 150,000 come in parts, each once, and none keeps all of the batch in memory', async () => {
    const bytes = batch({ codec: 3, body: await pack('lz4', body(numbers(150_000))), count: 150_000 });
    const seen: string[] = [];
    let from = 0n;
    while (from < 150_000n) {
      const set = await read(bytes, from);
      assert.ok(set.records.length <= RECORD_LIMITS.maxObjects);
      assert.ok(set.records[0]!.value!.buffer.byteLength < 100_000 || set.nextOffset === 150_000n);
      for (const { value } of set.records) seen.push(String(value));
      from = set.nextOffset;
    }
    assert.deepEqual(seen, numbers(150_000));
  });

  it('that are many bytes come in parts too', async () => {
    const values = Array.from({ length: 40 }, (_, i) => Buffer.alloc(2 ** 20, i));
    const bytes = batch({ codec: 1, body: zlib.gzipSync(body(values)), count: 40 });
    const set = await read(bytes);
    assert.deepEqual([set.records.length, set.nextOffset], [8, 8n]);
  });

  for (const [codec, name] of (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
    if (codec === 0) continue;
    it(`become one that says why where ${name} unpacks to more than it may, and those behind it are read`, async () => {
      const bomb = batch({ codec, body: await pack(name, body([Buffer.alloc(3 * 2 ** 20)])), count: 7 });
      const next = batch({ base: 7n, body: body(['after']), count: 1 });
      const set = await read(Buffer.concat([bomb, next]), 2n, { maxBatchBytes: 2 ** 20 });
      assert.deepEqual(offsetsOf(set), ['2', '7']);
      assert.equal(set.nextOffset, 8n);
      const [aside] = set.records;
      assert.equal(aside?.rejection?.reason, 'batch-size');
      assert.match(aside?.rejection?.detail ?? '', /offsets 2 to 6: more than 1048576 bytes/);
      assert.deepEqual(aside?.value, bomb);
      assert.equal(
        (await read(bomb, 0n, { maxBatchBytes: 4 * 2 ** 20 })).records[0]?.value?.length,
        3 * 2 ** 20,
      );
    });

    it(`become one that says why where ${name} is damaged, and those behind it are read`, async () => {
      const packed = await pack(name, body(numbers(100)));
      packed.fill(0x55, packed.length >> 1);
      const damaged = batch({ codec, body: packed, count: 100 });
      const set = await read(
        Buffer.concat([damaged, batch({ base: 100n, body: body(['after']), count: 1 })]),
      );
      assert.equal(set.nextOffset, 101n);
      const rejection = set.records.find(({ rejection }) => rejection);
      assert.equal(rejection?.rejection?.reason, 'batch-damaged');
      assert.equal(String(set.records.at(-1)?.value), 'after');
    });
  }

  it('wait where nobody knows their codec, and those before it are read', async () => {
    const unknown = batch({ base: 1n, codec: 6, body: body(['x']), count: 1 });
    const set = await read(Buffer.concat([batch({ body: body(['a']), count: 1 }), unknown]));
    assert.deepEqual([offsetsOf(set), set.nextOffset, set.blockedBy], [['0'], 1n, '6']);
  });

  it('say of themselves when they have more headers than a record may have, or longer names', async () => {
    const headers = Object.fromEntries(numbers(20_000).map((n) => [`h${n}`, 'x']));
    const many = encodeRecord({ value: 'v', headers });
    const long = encodeRecord({
      offsetDelta: 1,
      value: 'w',
      headers: { ['n'.repeat(2_000)]: 'x', ok: 'y' },
    });
    const began = process.hrtime.bigint();
    const set = await read(batch({ body: Buffer.concat([many, long, body(['after'], 2)]), count: 3 }));
    const ms = Number(process.hrtime.bigint() - began) / 1e6;
    assert.deepEqual(
      set.records.map(({ rejection }) => rejection?.reason),
      ['headers', 'headers', undefined],
    );
    assert.equal(Object.keys(set.records[0]!.headers).length, RECORD_LIMITS.maxHeaders);
    assert.deepEqual(Object.keys(set.records[1]!.headers), ['ok']);
    assert.ok(ms < 2_000, `${ms} ms`);
  });
});
