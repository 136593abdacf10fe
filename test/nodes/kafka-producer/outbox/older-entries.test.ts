import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OutboxDisk } from '../../../../nodes/kafka-producer/outbox/disk';
import { toMessage } from '../../../../nodes/kafka-producer/record/message';
import { decodeRecord, seal } from '../../../../nodes/kafka-producer/outbox/record-codec';
import {
  MAX_BYTES,
  contentOf,
  originOf,
  type ProducerRecord,
} from '../../../../nodes/kafka-producer/record/entry';
import { until } from '../../../support/until';
import {
  drain,
  next,
  openOutbox,
  opened,
  put,
  record,
  removeFolders,
  temporaryFolder,
} from '../record/records';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const FORMAT_1 = path.join(__dirname, 'saved/format-1.json');

/** What the records of the saved entries were made of, in their order. */
const MESSAGES = [
  { payload: { a: [1, 'ñ'] }, key: 'nodo1', _msgid: 'm0', traceparent: TRACE },
  { payload: null, key: Buffer.from([1, 2]), _msgid: 'm1' },
  { payload: '' },
  { payload: 1.5, key: '7', _msgid: 'm3' },
  { payload: false },
  { payload: Buffer.from([0, 128, 255]), key: 'nodo5', _msgid: 'm5' },
  { payload: Buffer.from([0, 0, 0, 0, 1, 9]), key: Buffer.from([0, 0, 0, 0, 2]), _msgid: 'm6' },
].map((message, i) => ({
  ...message,
  topic: 't',
  readingId: `0192e4a0-0000-7000-8000-00000000000${i}`,
  kafka: { topic: 't', partition: 0 },
}));

/** An entry, in hexadecimal. */
interface Saved {
  key: string;
  value: string;
}

/** An outbox as a version that wrote format 1 has left it. */
async function older(): Promise<string> {
  const directory = temporaryFolder();
  const { disk } = await OutboxDisk.open(directory);
  const saved = JSON.parse(readFileSync(FORMAT_1, 'utf8')) as Saved[];
  await disk.write(
    saved.map(({ key, value }) => ({
      type: 'put',
      key: Buffer.from(key, 'hex'),
      value: Buffer.from(value, 'hex'),
    })),
    false,
  );
  await disk.close();
  return directory;
}

function check(records: readonly ProducerRecord[]): void {
  assert.deepEqual(
    records.map((one, i) => {
      const { _msgid: id, ...message } = toMessage(one, { partition: 0 });
      // The fifth one's is longer than there is room for.
      return i === 4 ? message : { ...message, ...(id === undefined ? {} : { _msgid: id }) };
    }),
    MESSAGES,
  );
  assert.deepEqual(
    records.map(({ pinned }) => pinned),
    [true, true, true, false, true, true, true],
  );
  // The last one's value and key were written by schemas.
  assert.deepEqual(
    records.map((one) => [originOf(one).kind === 'schema', originOf(one).schemaKey]),
    MESSAGES.map((_, i) => [i === 6, i === 6]),
  );
  assert.deepEqual(
    records.map(({ timestamp }) => timestamp),
    MESSAGES.map((_, i) => 1_764_440_000_000 + i),
  );
}

describe('kafka-producer: an outbox that a version before has written', () => {
  after(removeFolders);

  it('is read as it was meant, header by header, and what comes stands behind it', async () => {
    const { outbox, reports } = openOutbox({ directory: await older() });
    await until('the outbox to open', () => opened(reports));
    await put(outbox, record({ payload: 'new' }));
    const [buffer] = outbox.buffers;
    assert.ok(buffer);
    const read = await next(outbox, buffer);
    assert.equal(String(contentOf(read.at(-1)!).value), 'new');
    check(read.slice(0, -1));
    assert.deepEqual(
      { ...contentOf(read[0]!).headers },
      {
        traceparent: Buffer.from(TRACE),
        a: Buffer.from('x'),
        b: [Buffer.from('y'), Buffer.from([0, 255]), null],
        c: null,
        d: Buffer.from(''),
        'reading-id': Buffer.from(MESSAGES[0]!.readingId),
      },
    );
    assert.deepEqual(reports.damaged, []);
    await outbox.close();
  });

  it('is taken over, away from where that version would delete what it does not know', async () => {
    const before = await older();
    const { outbox, reports } = openOutbox({ directory: `${before}-format2` });
    await until('the outbox to open', () => opened(reports));
    await put(outbox, record({ payload: 'new' }));
    assert.ok(!existsSync(before));
    assert.equal((await drain(outbox)).get(0)?.length, MESSAGES.length + 1);
    await outbox.close();
  });

  it('is not taken from under whoever has it open, and not twice', async () => {
    const before = await older();
    const user = await OutboxDisk.open(before);
    const { outbox, reports } = openOutbox({ directory: `${before}-format2` });
    const written: boolean[] = [];
    outbox.put(record(), (error) => written.push(error === undefined));
    // Longer than it takes to try: see LOCK_PATIENCE_MS.
    await until('it to be told', () => reports.problems.length > 0, 20_000);
    assert.ok(existsSync(before) && !existsSync(`${before}-format2`));
    await user.disk.close();
    await until('the outbox to open', () => opened(reports));
    assert.ok(!existsSync(before));
    await outbox.close();

    await (await OutboxDisk.open(before)).disk.close();
    await (await OutboxDisk.open(`${before}-format2`)).disk.close();
    assert.ok(existsSync(before));
    assert.deepEqual(written, [false]);
  });

  it('is repaired where it is damaged, in its new place', async () => {
    const before = await older();
    rmSync(path.join(before, 'CURRENT'));
    const { outbox, reports } = openOutbox({ directory: `${before}-format2` });
    await until('the outbox to open', () => opened(reports));
    assert.deepEqual(reports.rescued, ['repaired']);
    assert.equal((await drain(outbox)).get(0)?.length, MESSAGES.length);
    await outbox.close();
  });

  it('is read also where it takes more room than is given to what comes', () => {
    const [{ key, value } = { key: '', value: '' }] = JSON.parse(readFileSync(FORMAT_1, 'utf8')) as Saved[];
    const small = Buffer.from(value, 'hex');
    // The message id ends with 'm0'; the key of the record follows, behind its length in four bytes.
    const at = small.indexOf('m0', 31) + 2;
    const length = small.readUInt32LE(at);
    const large = Buffer.concat([
      small.subarray(0, at + 4),
      Buffer.alloc(MAX_BYTES),
      small.subarray(at + 4 + length),
    ]);
    large.writeUInt32LE(MAX_BYTES, at);
    const place = Buffer.from(key, 'hex');
    assert.ok(decodeRecord(seal(large, place), place, 't', 0).bytes.length > MAX_BYTES);
  });

  it('keeps its records, and their count, where they are refused, sent again and moved', async () => {
    const directory = await older();
    const first = openOutbox({ directory });
    await until('the outbox to open', () => opened(first.reports));
    await until('the left-overs to be counted', () => first.outbox.stats().count === MESSAGES.length);
    const [buffer] = first.outbox.buffers;
    assert.ok(buffer);
    await next(first.outbox, buffer, 2);
    first.outbox.retire(buffer, buffer.inFlight, new Error('refused'));
    await until('both to be kept apart', () => first.outbox.stats().refused === 2);
    await first.outbox.assign(buffer, () => 1);
    const moved = first.outbox.stats().bytes;
    await first.outbox.close();

    const again = openOutbox({ directory });
    await until('the outbox to open', () => opened(again.reports));
    await until('the left-overs to be counted', () => again.outbox.stats().count === MESSAGES.length - 2);
    assert.equal(again.outbox.stats().bytes, moved);
    assert.equal(await again.outbox.settleRefused('retry'), 2);
    await until('all to be counted', () => again.outbox.stats().count === MESSAGES.length);
    const counted = again.outbox.stats().bytes;
    await again.outbox.close();

    const last = openOutbox({ directory });
    await until('the outbox to open', () => opened(last.reports));
    await until('all to be counted', () => last.outbox.stats().count === MESSAGES.length);
    assert.equal(last.outbox.stats().bytes, counted);
    const values = await drain(last.outbox);
    assert.deepEqual([...values.values()].flat().length, MESSAGES.length);
    assert.deepEqual(
      values.get(1),
      ['', '1.5', 'false', [0, 128, 255], [0, 0, 0, 0, 1, 9]].map((value) => String(Buffer.from(value))),
    );
    assert.equal(last.outbox.stats().bytes, 0);
    for (const { reports } of [first, again, last]) assert.deepEqual(reports.damaged, []);
    await last.outbox.close();
  });
});
