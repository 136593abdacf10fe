import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readRecordSet } from '../../../../nodes/kafka-cluster/records/record-set';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { FOREIGN, foreign } from './batches';

/** Offset and length: no checksum of Kafka covers where an entry says that it stands. */
const OFFSET_BYTES = 8;
/** What stands in front of the records of a batch; of older formats it holds the first messages too. */
const HEAD = 61;
/** What a record takes at least, packed well. */
const LEAST_RECORD = 4;
const BEHIND = 5n;

interface Written {
  name: string;
  bytes: Buffer;
  from: bigint;
  /** the offset behind the last */
  end: bigint;
  /** what was written, by offset */
  records: Map<string, string>;
  contents: Set<string>;
}

const contentOf = ({ key, value, headers, timestamp, rejection }: IncomingRecord): string =>
  JSON.stringify([key, value, headers, timestamp, rejection]);

async function written(file: string): Promise<Written> {
  const name = path.basename(file, '.bin');
  const bytes = foreign(name);
  const from = name.startsWith('java') ? 1_000n : 0n;
  const { records, nextOffset: end } = await readRecordSet({ bytes, from, aborted: [] });
  const byOffset = new Map(records.map((record) => [record.offset, contentOf(record)]));
  return { name, bytes, from, end, records: byOffset, contents: new Set(byOffset.values()) };
}

const isSetAside = ({ rejection }: IncomingRecord): boolean => rejection?.reason.startsWith('batch') ?? false;

/**
 * Reads to the end what a damaged disk would give: progress with each fetch, no record that nobody has written, no offset
 * twice, and nothing left out whose bytes are not set aside.
 * @param isMoved whether the damage may be in the offset that the batch says it has
 */
async function readToEnd(given: Written, bytes: Buffer, isMoved: boolean): Promise<void> {
  const { records, contents, end } = given;
  const seen = new Set<string>();
  const aside = new Set<Buffer>();
  for (let from = given.from; from < end;) {
    const set = await readRecordSet({ bytes, from, aborted: [], end });
    assert.equal(set.blockedBy, undefined);
    assert.ok(set.nextOffset > from, `it stands still at ${from}`);
    assert.ok(set.nextOffset <= end + BEHIND || isMoved, `it goes on at ${set.nextOffset}`);
    for (const record of set.records) {
      assert.ok(!seen.has(record.offset), `offset ${record.offset} comes twice`);
      seen.add(record.offset);
      if (isSetAside(record)) {
        aside.add(record.value!);
        continue;
      }
      if (isMoved) assert.ok(contents.has(contentOf(record)), 'nobody has written this record');
      else assert.equal(contentOf(record), records.get(record.offset));
    }
    from = set.nextOffset;
  }
  if (isMoved || bytes.length < given.bytes.length) return;
  const kept = [...aside].reduce((sum, { length }) => sum + length, 0);
  const lost = [...records.keys()].filter((offset) => !seen.has(offset)).length;
  assert.ok(lost * LEAST_RECORD <= kept, `${lost} are left out, ${kept} bytes are set aside`);
}

/** What may befall bytes. */
type Damage =
  | { kind: 'bit'; at: number; bit: number }
  | { kind: 'cut'; at: number }
  | { kind: 'length'; length: number }
  | { kind: 'bytes'; at: number; bytes: Uint8Array };

function damaged(bytes: Buffer, damage: Damage): Buffer {
  if (damage.kind === 'cut') return bytes.subarray(0, Math.max(1, damage.at % bytes.length));
  const copy = Buffer.from(bytes);
  if (damage.kind === 'length') copy.writeInt32BE(damage.length, OFFSET_BYTES);
  if (damage.kind === 'bit') copy[damage.at % copy.length]! ^= 1 << damage.bit;
  if (damage.kind === 'bytes')
    copy.set(damage.bytes.subarray(0, copy.length - (damage.at % copy.length)), damage.at % copy.length);
  return copy;
}

/** Whether the damage may be in the offset of an entry. */
function moves(bytes: Buffer, damage: Damage): boolean {
  if (!('at' in damage) || damage.kind === 'cut') return false;
  const first = damage.at % bytes.length;
  const last = damage.kind === 'bytes' ? first + damage.bytes.length - 1 : first;
  for (let start = 0; start <= Math.min(last, bytes.length - 1); start += 12 + bytes.readInt32BE(start + 8)) {
    if (first < start + OFFSET_BYTES && last >= start) return true;
  }
  return false;
}

const at = fc.nat(2 ** 20);
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('bit' as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({
    kind: fc.constant('length' as const),
    length: fc.oneof(fc.integer(), fc.integer({ min: -80, max: 80 })),
  }),
  fc.record({
    kind: fc.constant('bytes' as const),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  }),
);

describe('bytes of other clients that were damaged', function () {
  this.timeout(60_000);
  const all: Written[] = [];

  before(async () => {
    for (const file of readdirSync(FOREIGN))
      if (!file.includes('transactions')) all.push(await written(file));
  });

  it('never give what nobody has written, nor hold up what follows: any bit of the first bytes', async () => {
    for (const given of all.filter(({ name }) => name.startsWith('java'))) {
      for (let at = 0; at < HEAD; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const bytes = damaged(given.bytes, { kind: 'bit', at, bit });
          try {
            await readToEnd(given, bytes, at < OFFSET_BYTES);
          } catch (cause) {
            throw new Error(`${given.name}, bit ${bit} of byte ${at}: ${String(cause)}`, { cause });
          }
        }
      }
    }
  });

  it('never do so, wherever the damage is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), damages, async (which, damage) => {
        const given = all[which]!;
        await readToEnd(given, damaged(given.bytes, damage), moves(given.bytes, damage));
      }),
      { numRuns: 2_000, ...(process.env.MUTATIONS_SEED ? { seed: Number(process.env.MUTATIONS_SEED) } : {}) },
    );
  });

  it('are what was written where they are not damaged', async () => {
    for (const given of all) await readToEnd(given, given.bytes, false);
  });
});
