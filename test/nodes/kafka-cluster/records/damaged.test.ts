import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { pack } from '../../../../nodes/kafka-cluster/compression/codecs';
import { readRecordSet, type RecordSet } from '../../../../nodes/kafka-cluster/records/record-set';
import { batch, body, encodeRecord, checked, foreign, message, numbers, offsetsOf, read } from './batches';

/** Changes bytes, and leaves their checksum as it is. */
function spoilt(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** Changes what the header of a batch says, and puts in the checksum that fits. */
function claiming(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  return checked(spoilt(bytes, change));
}

/** A record whose parts are as they are given; `tail` is what stands behind the value. */
function raw({
  delta = 0,
  length = 0,
  tail = [0],
}: {
  delta?: number;
  length?: number;
  tail?: number[];
}): Buffer {
  const sound = encodeRecord({ offsetDelta: delta, value: 'v' });
  const record = Buffer.concat([sound.subarray(1, -1), Buffer.from(tail)]);
  return Buffer.concat([Buffer.from([(record.length + length) * 2]), record]);
}

/** What of a batch can be handed on, and what is said of the rest. */
function outcome(set: RecordSet): { sound: string[]; aside: string[]; next: bigint } {
  const sound = set.records.filter(({ rejection }) => !rejection).map(({ offset }) => offset);
  const aside = set.records.flatMap(({ rejection, offset }) =>
    rejection ? [`${offset}: ${rejection.reason}: ${rejection.detail}`] : [],
  );
  return { sound, aside, next: set.nextOffset };
}

const five = batch({ body: body(numbers(5)), count: 5 });
const after = batch({ base: 5n, body: body(['after']), count: 1 });

describe('a batch that is not as it has to be', () => {
  describe('where its checksum is wrong, though its bytes can be read', () => {
    it('is set aside as a whole, and what stands behind it is read', async () => {
      const wrong = spoilt(five, (bytes) => (bytes[bytes.length - 2] = 0x39));
      const set = await read(Buffer.concat([wrong, after]));
      assert.deepEqual(outcome(set), {
        sound: ['5'],
        aside: ['0: batch-damaged: offsets 0 to 4: its checksum is wrong'],
        next: 6n,
      });
      assert.deepEqual(set.records[0]?.value, wrong);
    });

    for (const name of ['java-v2-none', 'java-v2-zstd', 'librdkafka-v2-lz4']) {
      it(`is set aside: ${name}, with a marker, a codec or a format that it never had`, async () => {
        for (const change of [
          (bytes: Buffer) => (bytes[22] = bytes[22]! ^ 0x20),
          (bytes: Buffer) => (bytes[22] = bytes[22]! | 7),
          (bytes: Buffer) => (bytes[17] = bytes[17]! ^ 1),
        ]) {
          const set = await read(spoilt(foreign(name), change));
          assert.equal(set.records.length, 1);
          assert.match(set.records[0]?.rejection?.detail ?? '', /its checksum is wrong$/);
          assert.equal(set.blockedBy, undefined);
        }
      });
    }

    for (const format of [0, 1] as const) {
      it(`is set aside, format ${format}, and the messages beside it are read`, async () => {
        const [first, second, third] = numbers(3).map((value, offset) => message({ format, offset, value }));
        const wrong = spoilt(second!, (bytes) => (bytes[bytes.length - 1] = 0x39));
        const set = await read(Buffer.concat([first!, wrong, third!]));
        assert.deepEqual(outcome(set), {
          sound: ['0', '2'],
          aside: ['1: batch-damaged: offsets 1 to 1: its checksum is wrong'],
          next: 3n,
        });
      });

      it(`is set aside, format ${format}, where a packed message inside of it is damaged`, async () => {
        const inner = numbers(3).map((value, offset) => message({ format, offset, value }));
        inner[1]![inner[1]!.length - 1] = 0x39;
        const value = zlib.gzipSync(Buffer.concat(inner));
        const set = await read(message({ format, offset: 2, codec: 1, value }));
        assert.deepEqual(outcome(set), {
          sound: [],
          aside: ['0: batch-damaged: offsets 0 to 2: its checksum is wrong'],
          next: 3n,
        });
      });
    }

    it('goes no further than to what stands behind it, or to the end, whatever it says of itself', async () => {
      const far = spoilt(five, (bytes) => bytes.writeInt32BE(1_000_000, 23));
      assert.equal((await read(Buffer.concat([far, after]))).nextOffset, 6n);
      const atEnd = await readRecordSet({ bytes: far, from: 0n, aborted: [], end: 5n });
      assert.equal(atEnd.nextOffset, 5n);
      const cut = await read(Buffer.concat([far, after.subarray(0, 20)]));
      assert.equal(cut.nextOffset, 5n);
    });
  });

  describe('where it has other records than it says', () => {
    for (const [count, sound, says] of [
      [3, ['0', '1', '2'], /offsets 3 to 4: 16 bytes stand behind the 3 records that it says it has/],
      [0, [], /offsets 0 to 4: 40 bytes stand behind the 0 records/],
      [-1, [], /offsets 0 to 4: 40 bytes stand behind the -1 records/],
      [6, ['0', '1', '2', '3'], /offsets 4 to 4: a number ends too early/],
      [2 ** 31 - 1, ['0', '1', '2', '3'], /offsets 4 to 4: a number ends too early/],
    ] as const) {
      it(`hands on those that are sound, and sets the rest aside: ${count} of 5`, async () => {
        const bytes = claiming(five, (changed) => changed.writeInt32BE(count, 57));
        const found = outcome(await read(Buffer.concat([bytes, after])));
        assert.deepEqual([found.sound, found.next], [[...sound, '5'], 6n]);
        assert.equal(found.aside.length, 1);
        assert.match(found.aside[0]!, says);
      });
    }
  });

  describe('where a record of it is damaged', () => {
    const rows: [string, Buffer, RegExp][] = [
      [
        'fewer headers than there are',
        raw({ delta: 1, tail: [0, 2, 97, 1] }),
        /a record of \d+ bytes takes \d+/,
      ],
      ['a negative count of headers', raw({ delta: 1, tail: [3] }), /-2 headers are announced in 0 bytes/],
      [
        'more headers than bytes',
        raw({ delta: 1, tail: [200, 1, 2, 97, 1] }),
        /100 headers are announced in 3 bytes/,
      ],
      ['a header without a name', raw({ delta: 1, tail: [2, 1, 1] }), /-1 bytes are announced/],
      [
        'a length that reaches beyond the batch',
        raw({ delta: 1, length: 50 }),
        /a record of 57 bytes is announced, 7 are left/,
      ],
      ['a length that is too small', raw({ delta: 1, length: -1 }), /a record of 6 bytes takes 7/],
      ['a negative length', Buffer.from([3]), /a record of -2 bytes is announced/],
      ['a length of nothing', Buffer.from([0]), /1 bytes are announced, 0 are left/],
      [
        'an offset that does not rise',
        raw({ delta: 0 }),
        /the record behind number 0 has number 0 of 0 to 1/,
      ],
      ['a negative offset', raw({ delta: -4 }), /the record behind number 0 has number -4 of 0 to 1/],
      [
        "an offset beyond the batch's last",
        raw({ delta: 2 }),
        /the record behind number 0 has number 2 of 0 to 1/,
      ],
      ['a number without an end', Buffer.alloc(20, 0xff), /a number does not end/],
    ];
    for (const [what, record, says] of rows) {
      it(`hands on what stands before it, and says what is wrong: ${what}`, async () => {
        const bytes = batch({ body: Buffer.concat([raw({}), record]), count: 2 });
        const next = batch({ base: 2n, body: body(['after']), count: 1 });
        const found = outcome(await read(Buffer.concat([bytes, next])));
        assert.deepEqual([found.sound, found.next], [['0', '2'], 3n]);
        assert.match(found.aside.join(), says);
        assert.match(found.aside.join(), /^1: batch-damaged: offsets 1 to 1: /);
      });
    }

    it('gives what is set aside an offset of its own, also behind the last record', async () => {
      const bytes = batch({ body: Buffer.concat([body(['a', 'b']), raw({ delta: 2 })]), count: 2 });
      const found = outcome(await read(bytes));
      assert.deepEqual([found.sound, found.next], [['0'], 2n]);
      assert.match(found.aside.join(), /^1: .*offsets 1 to 1: 8 bytes stand behind the 2 records/);
    });
  });

  describe('where its frame is damaged', () => {
    for (const length of [0, -3, 10, 48, 2 ** 31 - 1, -(2 ** 31)]) {
      it(`is set aside with what follows, and the reading gets on: a length of ${length}`, async () => {
        const bytes = spoilt(Buffer.concat([five, after]), (changed) => changed.writeInt32BE(length, 8));
        const found = outcome(await read(bytes));
        assert.deepEqual([found.sound, found.next], [[], 5n]);
        assert.match(found.aside.join(), new RegExp(`its length is given as ${length} bytes`));
      });
    }

    it('leaves nothing out of what stands behind a length that is wrong', async () => {
      const row = [0, 1, 2, 3].map((n) => batch({ base: BigInt(n), body: body([`value ${n}`]), count: 1 }));
      const bytes = Buffer.concat(row);
      for (let wrong = 50; wrong < bytes.length - 12; wrong++) {
        if (wrong === row[0]!.length - 12) continue;
        const damaged = spoilt(bytes, (changed) => changed.writeInt32BE(wrong, 8));
        const set = await readRecordSet({ bytes: damaged, from: 0n, aborted: [], end: 4n });
        assert.ok(
          set.nextOffset === 1n || offsetsOf(set).length > 1,
          `a length of ${wrong}: ${set.nextOffset}`,
        );
      }
    });

    it('is set aside where not even its head is there, and nothing stands before it', async () => {
      for (let length = 1; length < 61; length++) {
        const found = outcome(await read(five.subarray(0, length), 3n));
        assert.ok(found.next > 3n, `${length} bytes: ${found.next}`);
        assert.match(
          found.aside.join(),
          /only \d+ bytes of it are there|its length is given as \d+ bytes, of which/,
        );
      }
    });

    for (const format of [3, 127, -1]) {
      it(`is set aside where nobody knows its format: ${format}`, async () => {
        const bytes = spoilt(five, (changed) => changed.writeInt8(format, 16));
        const found = outcome(await read(Buffer.concat([bytes, after])));
        assert.deepEqual(found, {
          sound: ['5'],
          aside: [`0: batch-damaged: offsets 0 to 4: its format ${format} is not known`],
          next: 6n,
        });
      });
    }

    for (const lastDelta of [-1, -(2 ** 31)]) {
      it(`is set aside where it ends before it begins: ${lastDelta}`, async () => {
        const bytes = claiming(five, (changed) => changed.writeInt32BE(lastDelta, 23));
        const found = outcome(await read(Buffer.concat([bytes, after])));
        assert.deepEqual([found.sound, found.next], [['5'], 6n]);
        assert.match(found.aside.join(), /it says that its offsets are 0 to -\d+$/);
        assert.equal((await read(bytes)).nextOffset, 1n);
      });
    }

    it('is set aside where it says that it is elsewhere, and no other batch is left out for it', async () => {
      const at = (bytes: Buffer, base: bigint): Buffer =>
        spoilt(bytes, (changed) => changed.writeBigInt64BE(base, 0));
      const wanted: [Buffer[], bigint][] = [
        [[at(five, 3n), after], 6n],
        [[at(five, 2n ** 40n), after], 6n],
        [[at(five, -5n), after], 6n],
        [[five, at(after, 1n)], 6n],
        [[five, at(after, 2n ** 40n)], 6n],
        [[at(five, -900n)], 1n],
      ];
      for (const [parts, next] of wanted) {
        const set = await readRecordSet({ bytes: Buffer.concat(parts), from: 0n, aborted: [], end: 6n });
        const found = outcome(set);
        assert.equal(found.next, next);
        assert.match(found.aside.join(), /it says that its offsets are|all of it lies before/);
        assert.equal(found.aside.length, 1);
        assert.equal(found.sound.length, parts.length === 1 ? 0 : parts[0] === five ? 5 : 1);
      }
    });
  });

  describe('of an older format', () => {
    for (const format of [0, 1] as const) {
      const inner = (offsets: number[]): Buffer =>
        zlib.gzipSync(
          Buffer.concat(offsets.map((offset) => message({ format, offset, value: `v${offset}` }))),
        );
      const rows: [string, Buffer | null, RegExp][] = [
        [
          'packed twice',
          zlib.gzipSync(message({ format, offset: 0, codec: 1, value: inner([0]) })),
          /a message inside of it is packed once more/,
        ],
        ['offsets that do not rise', inner([0, 1, 1]), /inside of it offset 1 follows 1/],
        ['a negative offset', inner([-1, 1]), /inside of it offset -1 is the first/],
        ['offsets beyond its own', inner([0, 9]), /inside of it there is offset 9/],
        ['no message', zlib.gzipSync(Buffer.alloc(0)), /it is packed, and holds no message/],
        ['no value', null, /it is packed, and holds nothing/],
        [
          'messages of another format',
          zlib.gzipSync(message({ format: format === 0 ? 1 : 0, offset: 0, value: 'v' })),
          /a message inside of it has format \d/,
        ],
        [
          'a message that is cut off',
          zlib.gzipSync(Buffer.from(message({ format, offset: 0, value: 'v' }).subarray(0, -1))),
          /a message of \d+ bytes is announced, \d+ are left/,
        ],
      ];
      for (const [what, value, says] of rows) {
        it(`is set aside, format ${format}: ${what}`, async () => {
          const bytes = Buffer.concat([
            message({ format, offset: 2, codec: 1, value }),
            message({ format, offset: 3, value: 'after' }),
          ]);
          const found = outcome(await read(bytes));
          assert.deepEqual([found.sound, found.next], [['3'], 4n]);
          assert.match(found.aside.join(), says);
        });
      }

      it(`of 60,000 in one comes in parts that keep nothing else in memory, format ${format}`, async () => {
        const all = Buffer.concat(numbers(60_000).map((value, offset) => message({ format, offset, value })));
        const bytes = message({ format, offset: 59_999, codec: 1, value: zlib.gzipSync(all) });
        const seen: string[] = [];
        for (let from = 0n; from < 60_000n;) {
          const set = await read(bytes, from);
          assert.ok(set.nextOffset > from && set.records.length <= 20_000);
          assert.ok(set.nextOffset === 60_000n || set.records[0]!.value!.buffer.byteLength < 100_000);
          for (const { value } of set.records) seen.push(String(value));
          from = set.nextOffset;
        }
        assert.deepEqual(seen, numbers(60_000));
      });
    }
  });

  it('is read in all of its frames, however many a writer has packed it into', async () => {
    const [first, second] = [body(numbers(50)), body(numbers(50), 50)];
    for (const [codec, name] of [
      [1, 'gzip'],
      [3, 'lz4'],
      [4, 'zstd'],
    ] as const) {
      const packed = Buffer.concat([await pack(name, first), await pack(name, second)]);
      const set = await read(batch({ codec, body: packed, count: 100 }));
      assert.deepEqual(outcome(set), { sound: numbers(100), aside: [], next: 100n }, name);
    }
  });
});
