import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isReadingId,
  newReadingId,
  objectIdOfReading,
  objectIdOfRecord,
  readingTime,
} from '../../../nodes/shared/reading-id';

const OBJECT_ID = /^[0-9a-f]{24}$/;
const secondsOf = (objectId: string): number => Number.parseInt(objectId.slice(0, 8), 16);

/** A UUIDv7 of a time in milliseconds, with given bits behind it. */
const uuidAt = (time: number, bits: bigint): string => {
  const stamp = time.toString(16).padStart(12, '0');
  const rest = bits.toString(16).padStart(19, '0');
  const variant = (8 + (Number.parseInt(rest.charAt(3), 16) & 3)).toString(16);
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7)}`;
};

const times = fc.integer({ min: 0, max: 2 ** 32 * 1000 - 1 });
const bits = fc.bigInt({ min: 0n, max: 2n ** 76n - 1n });

describe('reading ids', () => {
  it('are UUIDv7s that carry the present time', () => {
    const before = Date.now();
    const id = newReadingId();
    assert.ok(isReadingId(id));
    assert.ok(readingTime(id) >= before && readingTime(id) <= Date.now());
  });

  it('carry the time of the reading where it is known, and are no two the same', () => {
    const ids = [0, 1, 1_700_000_000_000, 2 ** 32 * 1000 - 1].flatMap((time) =>
      Array.from({ length: 100 }, () => {
        const id = newReadingId(time);
        assert.ok(isReadingId(id));
        assert.equal(readingTime(id), time);
        return id;
      }),
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(readingTime(newReadingId()) <= Date.now());
  });

  it('are told from everything else', () => {
    const id = newReadingId();
    for (const other of [
      id.toUpperCase(),
      `${id} `,
      id.slice(1),
      id.replace(/^(.{14})7/, '$14'),
      // The first millisecond that no ObjectId holds, and the last of a UUIDv7.
      uuidAt(2 ** 32 * 1000, 0n),
      uuidAt(2 ** 48 - 1, 0n),
      '',
      undefined,
      null,
      7,
    ]) {
      assert.equal(isReadingId(other), false, String(other));
    }
  });

  it('made one after the other, also in the same millisecond, give database ids in the same order', () => {
    const ids = Array.from({ length: 20_000 }, newReadingId).map(objectIdOfReading);
    assert.deepEqual(ids, [...ids].sort());
    assert.equal(new Set(ids).size, ids.length);
  });

  it('give database ids of the bits they are said to be made of', () => {
    fc.assert(
      fc.property(times, bits, (time, some) => {
        const id = uuidAt(time, some);
        const digits = BigInt(`0x${id.replaceAll('-', '')}`);
        const randA = (digits >> 64n) & 0xfffn;
        const first42OfRandB = (digits >> 20n) & (2n ** 42n - 1n);
        const seconds = BigInt(Math.floor(time / 1000));
        const value = (seconds << 64n) | (BigInt(time % 1000) << 54n) | (randA << 42n) | first42OfRandB;
        assert.equal(objectIdOfReading(id), value.toString(16).padStart(24, '0'));
      }),
    );
  });

  it('give database ids that a driver takes, that hold the second, and that sort by the millisecond', () => {
    fc.assert(
      fc.property(times, bits, times, bits, (time, some, otherTime, others) => {
        const [id, other] = [
          objectIdOfReading(uuidAt(time, some)),
          objectIdOfReading(uuidAt(otherTime, others)),
        ];
        assert.match(id, OBJECT_ID);
        assert.equal(secondsOf(id), Math.floor(time / 1000));
        if (time !== otherTime) assert.equal(id < other, time < otherTime);
        assert.equal(readingTime(uuidAt(time, some)), time);
      }),
    );
  });

  it('differ as database ids where they differ in their first 54 bits behind the time', () => {
    fc.assert(
      fc.property(times, bits, bits, (time, some, others) => {
        const [a, b] = [uuidAt(time, some), uuidAt(time, others)];
        const kept = (id: string): bigint => {
          const digits = id.slice(15, 18) + id.slice(19, 23) + id.slice(24);
          const value = BigInt(`0x${digits}`);
          return ((value >> 64n) << 42n) | ((value & (2n ** 62n - 1n)) >> 20n);
        };
        assert.equal(objectIdOfReading(a) === objectIdOfReading(b), kept(a) === kept(b));
      }),
    );
  });
});

describe('database ids of records without a reading id', () => {
  const place = { topic: 'Prueba', partition: 0, offset: '0', timestamp: 1_700_000_000_123 };

  it('are the same for the same record, and different for any other of the same millisecond', () => {
    const id = objectIdOfRecord(place);
    assert.match(id, OBJECT_ID);
    assert.equal(objectIdOfRecord({ ...place }), id);
    for (const other of [
      { topic: 'prueba' },
      { partition: 1 },
      { offset: '1' },
      { timestamp: 1_700_000_000_124 },
    ]) {
      assert.notEqual(objectIdOfRecord({ ...place, ...other }), id);
    }
  });

  it('hold the record’s second, and sort by time, then by offset', () => {
    assert.equal(secondsOf(objectIdOfRecord(place)), 1_700_000_000);
    const ids = [
      { ...place, offset: '9' },
      { ...place, offset: '10' },
      { ...place, timestamp: place.timestamp + 1 },
      { ...place, timestamp: place.timestamp + 1_000 },
    ].map(objectIdOfRecord);
    assert.deepEqual(ids, [...ids].sort());
  });

  it('are valid for any offset and any time, also none', () => {
    for (const offset of ['0', '4294967296', '9223372036854775807']) {
      assert.match(objectIdOfRecord({ ...place, offset }), OBJECT_ID);
    }
    for (const timestamp of [-1, 0, 2 ** 45])
      assert.match(objectIdOfRecord({ ...place, timestamp }), OBJECT_ID);
  });
});
