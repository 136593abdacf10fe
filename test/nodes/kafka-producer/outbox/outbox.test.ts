import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { contentOf, keyOf } from '../../../../nodes/kafka-producer/record/entry';
import { UNASSIGNED } from '../../../../nodes/kafka-producer/record/partition';
import type { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';
import {
  drain,
  failAfterWriting,
  failBeforeWriting,
  failReading,
  next,
  openOutbox,
  opened,
  put,
  record,
  removeFolders,
  temporaryFolder,
} from '../record/records';

const HARMS: Record<string, (directory: string) => void> = {
  'a table file was overwritten in the middle': (directory) => overwrite(largest(directory, '.ldb')),
  'a table file was lost': (directory) => unlinkSync(largest(directory, '.ldb')),
  'a table file was cut off': (directory) => cutOff(largest(directory, '.ldb')),
  'the log was overwritten in the middle': (directory) => overwrite(largest(directory, '.log')),
  'the log was cut off': (directory) => cutOff(largest(directory, '.log')),
  'the manifest was overwritten': (directory) => overwrite(manifest(directory)),
  'the manifest was lost': (directory) => unlinkSync(manifest(directory)),
  'the file CURRENT was emptied': (directory) => writeFileSync(path.join(directory, 'CURRENT'), ''),
  'the file CURRENT was lost': (directory) => unlinkSync(path.join(directory, 'CURRENT')),
};

describe('kafka-producer: outbox', () => {
  after(removeFolders);

  it('keeps records over a restart, in order and whole', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    const original = record({ payload: { a: 1 }, key: 7, headers: { h: ['a', Buffer.from('b')] } });
    await put(first.outbox, original);
    await Promise.all(['b', 'c', 'd'].map((payload) => put(first.outbox, record({ payload }))));
    await first.outbox.close();

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    const [buffer] = outbox.buffers;
    assert.ok(buffer);
    const read = await next(outbox, buffer);
    assert.deepEqual(read[0], original);
    assert.deepEqual(
      read.map((one) => String(contentOf(one).value)),
      ['{"a":1}', 'b', 'c', 'd'],
    );
    await until('the left-overs to be counted', () => outbox.stats().count === 4);
    await outbox.close();
  });

  it('keeps what was refused apart, and gives it back when asked, also after a restart and a failed write', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    for (const payload of ['a', 'b', 'c']) await put(first.outbox, record({ payload }));
    const [buffer] = first.outbox.buffers;
    assert.ok(buffer);
    await next(first.outbox, buffer, 1);
    const restore = failAfterWriting();
    first.outbox.retire(buffer, buffer.inFlight, new Error('refused'));
    await until('the write to fail', () => first.reports.problems.at(-1) !== undefined);
    restore();
    await until('the files to be opened again', () => first.reports.problems.at(-1) === undefined);
    await until('it to be counted', () => first.outbox.stats().refused === 1);
    await first.outbox.close();

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    assert.equal(outbox.stats().refused, 1);
    assert.equal(await outbox.settleRefused('discard', 'another'), 0);
    assert.equal(await outbox.settleRefused('retry', 't'), 1);
    assert.equal(outbox.stats().refused, 0);
    assert.deepEqual([...(await drain(outbox))], [[0, ['b', 'c', 'a']]]);
    await outbox.close();
  });

  it('discards all that waits for one topic, in memory and on disk', async () => {
    const directory = temporaryFolder();
    const { outbox } = openOutbox({ directory, memory: { records: 10, bytes: 10_000 } });
    const many = (topic: string) => Array.from({ length: 500 }, () => put(outbox, record({ topic })));
    await Promise.all([...many('keep'), ...many('lose')]);
    assert.equal(await outbox.discard('lose'), 500);
    await outbox.close();
    const again = openOutbox({ directory });
    await until('the outbox to open', () => opened(again.reports));
    assert.deepEqual(
      [...again.outbox.buffers].map(({ topic, nextSeq, cursor, length }) => [
        topic,
        nextSeq - cursor + length,
      ]),
      [['keep', 500]],
    );
    await again.outbox.close();
  });

  for (const whenFull of ['refuse', 'drop-oldest'] as const) {
    it(`leaves half of its room to others while a topic can't be written to (${whenFull})`, async () => {
      const { outbox, reports } = openOutbox({ directory: temporaryFolder(), whenFull, maxBytes: 20_000 });
      const big = (topic: string) => put(outbox, record({ topic, payload: 'x'.repeat(900) }));
      await big('wrong');
      for (const buffer of outbox.buffers) buffer.blocked = 'topic';
      const refused: UserError[] = [];
      for (let i = 0; i < 15; i++) await big('wrong').catch((error: UserError) => refused.push(error));
      const { bytes } = outbox.stats();
      assert.ok(bytes <= 10_000 && bytes > 8_000, `${bytes}`);
      for (let i = 0; i < 8; i++) await big('right');
      assert.equal(refused.length > 0, whenFull === 'refuse');
      assert.equal(reports.dropped.length > 0, whenFull === 'drop-oldest');
      for (const { key } of refused) assert.equal(key, 'kafka-producer.errors.outbox-share');
      await outbox.close();
    });
  }

  it('forgets what was acknowledged', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    for (const payload of ['a', 'b', 'c']) await put(first.outbox, record({ payload }));
    const [buffer] = first.outbox.buffers;
    assert.ok(buffer);
    await next(first.outbox, buffer, 2);
    first.outbox.retire(buffer, buffer.inFlight);
    await first.outbox.close();

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    assert.deepEqual([...(await drain(outbox))], [[0, ['c']]]);
    assert.equal(outbox.stats().count, 0);
    await outbox.close();
  });

  it('keeps memory flat: what does not fit is read back from disk, in order', async function () {
    this.timeout(60_000);
    const { outbox } = openOutbox({ directory: temporaryFolder() });
    const count = 50_000;
    const puts: Promise<void>[] = [];
    for (let i = 0; i < count; i++) puts.push(put(outbox, record({ payload: String(i), partition: i % 2 })));
    await Promise.all(puts);
    const inMemory = [...outbox.buffers].reduce((sum, buffer) => sum + buffer.length, 0);
    assert.ok(inMemory <= 20_002, `${inMemory} in memory`);
    const values = await drain(outbox);
    for (const partition of [0, 1]) {
      const expected = Array.from({ length: count / 2 }, (_, i) => String(i * 2 + partition));
      assert.deepEqual(values.get(partition), expected);
    }
    assert.equal(outbox.stats().count, 0);
    assert.equal(outbox.stats().bytes, 0);
    await outbox.close();
  });

  it('gives records that come while older ones are on disk only behind them', async () => {
    const { outbox } = openOutbox({ directory: temporaryFolder() });
    const puts: Promise<void>[] = [];
    const value = Buffer.alloc(1000);
    for (let i = 0; i < 21_000; i++) puts.push(put(outbox, record({ payload: value, key: String(i) })));
    await Promise.all(puts);
    const [buffer] = outbox.buffers;
    assert.ok(buffer?.spilled);
    let expected = 0;
    let added = 0;
    const later: Promise<void>[] = [];
    while (expected < 23_000) {
      for (const one of await next(outbox, buffer)) assert.equal(String(keyOf(one)), String(expected++));
      outbox.retire(buffer, buffer.inFlight);
      // Not waited for: they are being written while others are read.
      for (let i = 0; i < 10 && added < 2_000; i++) {
        later.push(put(outbox, record({ payload: value, key: String(21_000 + added++) })));
      }
      if (buffer.length === 0) await setImmediate();
    }
    await Promise.all(later);
    assert.ok(buffer.isEmpty);
    await outbox.close();
  });

  it('refuses new records when full, and takes them again when there is room', async () => {
    const { outbox } = openOutbox({ directory: temporaryFolder(), maxBytes: 500 });
    const payload = 'x'.repeat(150);
    await put(outbox, record({ payload }));
    await put(outbox, record({ payload }));
    await assert.rejects(put(outbox, record({ payload })), keyIs('outbox-full'));
    const [buffer] = outbox.buffers;
    assert.ok(buffer);
    await next(outbox, buffer, 1);
    outbox.retire(buffer, buffer.inFlight);
    await put(outbox, record({ payload }));
    await outbox.close();
  });

  it('drops the oldest when full, where that is wanted, and says how many', async () => {
    const { outbox, reports } = openOutbox({
      directory: temporaryFolder(),
      maxBytes: 500,
      whenFull: 'drop-oldest',
    });
    for (let i = 0; i < 5; i++)
      await put(outbox, record({ payload: String(i).repeat(150), partition: i % 2 }, 1000 + i));
    assert.equal(
      reports.dropped.reduce((sum, [count]) => sum + count, 0),
      3,
    );
    assert.equal(outbox.stats().dropped, 3);
    const values = [...(await drain(outbox)).values()].flat().map((value) => value[0]);
    assert.deepEqual(values.sort(), ['3', '4']);
    await outbox.close();
  });

  it('never drops what is being sent', async () => {
    const { outbox } = openOutbox({ directory: temporaryFolder(), maxBytes: 500, whenFull: 'drop-oldest' });
    await put(outbox, record({ payload: 'a'.repeat(150) }));
    await put(outbox, record({ payload: 'b'.repeat(150) }));
    const [buffer] = outbox.buffers;
    assert.ok(buffer);
    await next(outbox, buffer, 2);
    await assert.rejects(put(outbox, record({ payload: 'c'.repeat(150) })), keyIs('outbox-full'));
    assert.equal(outbox.stats().dropped, 0);
    await outbox.close();
  });

  it('drops what is too old, or refuses new records while the oldest is', async () => {
    const old = Date.now() - 60_000;
    const dropping = openOutbox({ directory: temporaryFolder(), maxAgeMs: 10_000, whenFull: 'drop-oldest' });
    await put(dropping.outbox, record({ payload: 'old' }, old));
    await put(dropping.outbox, record({ payload: 'new' }));
    await until('the old one to be dropped', () => dropping.outbox.stats().count === 1);
    assert.deepEqual(dropping.reports.dropped, [[1, 'age']]);
    assert.deepEqual([...(await drain(dropping.outbox)).values()], [['new']]);
    await dropping.outbox.close();

    const refusing = openOutbox({ directory: temporaryFolder(), maxAgeMs: 10_000 });
    await put(refusing.outbox, record({ payload: 'old' }, old));
    await assert.rejects(put(refusing.outbox, record({ payload: 'new' })), keyIs('outbox-too-old'));
    await refusing.outbox.close();
  });

  it('holds records of an unknown topic together, and moves them in order before newer ones', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    for (let i = 0; i < 10; i++) {
      await put(first.outbox, record({ payload: String(i), key: String(i % 2), partition: '' }));
    }
    await first.outbox.close();

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    const [buffer] = outbox.buffers;
    assert.equal(buffer?.partition, UNASSIGNED);
    const newer = record({ payload: '10', key: '0', partition: '' });
    newer.partition = 0;
    const stored = put(outbox, newer);
    await outbox.assign(buffer, (one) => Number(String(keyOf(one))));
    await stored;
    const last = record({ payload: '11', key: '1', partition: '' });
    last.partition = 1;
    await put(outbox, last);
    await outbox.close();

    const again = openOutbox({ directory });
    await until('the outbox to open', () => opened(again.reports));
    const values = await drain(again.outbox);
    assert.deepEqual(values.get(0), ['0', '2', '4', '6', '8', '10']);
    assert.deepEqual(values.get(1), ['1', '3', '5', '7', '9', '11']);
    await again.outbox.close();
  });

  it('keeps the order of records that are stored together while their topic becomes known', async () => {
    const { outbox } = openOutbox({ directory: temporaryFolder() });
    const later = record({ payload: '1', partition: '' });
    later.partition = 0;
    await Promise.all([put(outbox, record({ payload: '0', partition: '' })), put(outbox, later)]);
    const buffer = [...outbox.buffers].find(({ partition }) => partition === UNASSIGNED);
    assert.ok(buffer);
    await outbox.assign(buffer, () => 0);
    assert.deepEqual((await drain(outbox)).get(0), ['0', '1']);
    await outbox.close();
  });

  it('waits for the instance it replaces to let go of the files', async () => {
    const directory = temporaryFolder();
    const old = openOutbox({ directory });
    await put(old.outbox, record({ payload: 'a' }));
    const { outbox, reports } = openOutbox({ directory });
    const stored = put(outbox, record({ payload: 'b' }));
    setTimeout(() => void old.outbox.close(), 300);
    await stored;
    assert.deepEqual(reports.problems, [undefined]);
    assert.deepEqual([...(await drain(outbox)).values()], [['a', 'b']]);
    await outbox.close();
  });

  it('skips a damaged entry, counts it and goes on', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    for (let i = 0; i < 5; i++) await put(first.outbox, record({ payload: `value-${i}` }));
    await first.outbox.close();
    // The log is one file; a flipped byte inside a value goes unnoticed by LevelDB only if its own sum fits, so the
    // entry is rewritten through LevelDB, as a bad memory chip would do it.
    await rewrite(directory, (value) => Buffer.from(String(value).replace('value-2', 'vAlue-2')));

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    assert.deepEqual([...(await drain(outbox)).values()], [['value-0', 'value-1', 'value-3', 'value-4']]);
    assert.equal(outbox.stats().damaged, 1);
    assert.deepEqual(reports.damaged, [1]);
    await until('the books to be in order', () => outbox.stats().count === 0);
    await outbox.close();
  });

  it('loses no more than the damaged block of a small outbox', async () => {
    const directory = temporaryFolder();
    const first = openOutbox({ directory });
    for (let i = 0; i < 100; i++) await put(first.outbox, record({ payload: String(i).padEnd(1000, '.') }));
    await first.outbox.close();
    // Opened once more, LevelDB makes a table of its log.
    const second = openOutbox({ directory });
    await until('the outbox to open', () => opened(second.reports));
    await second.outbox.close();
    overwrite(largest(directory, '.ldb'));

    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    const count = (await drain(outbox)).get(0)?.length ?? 0;
    assert.ok(count >= 90 && count < 100, `${count} of 100`);
    assert.equal(outbox.stats().damaged, 100 - count);
    await outbox.close();
  });

  for (const [what, harm] of Object.entries(HARMS)) {
    it(`opens and goes on after ${what}`, async function () {
      this.timeout(30_000);
      const directory = temporaryFolder();
      const first = openOutbox({ directory });
      const puts: Promise<void>[] = [];
      // Enough for table files beside the log.
      for (let i = 0; i < 40_000; i++)
        puts.push(put(first.outbox, record({ payload: `${i} `.padEnd(150, String(i)) })));
      await Promise.all(puts);
      await first.outbox.close();
      harm(directory);

      const { outbox, reports } = openOutbox({ directory });
      await until('the outbox to open', () => opened(reports));
      await put(outbox, record({ payload: 'new' }));
      const values = [...(await drain(outbox)).values()].flat();
      assert.equal(values.at(-1), 'new');
      const numbers = values.slice(0, -1).map((value) => Number.parseInt(value, 10));
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      const lost = 40_000 - numbers.length;
      // A log that ends early is what a power cut leaves behind: the newest records are missing, and nothing tells.
      const onlyNewest = numbers.at(-1) === numbers.length - 1;
      // What is missing may be told by what counts the left-overs, which takes its time.
      if (!onlyNewest)
        await until(
          `somebody to be told of ${lost} lost records`,
          () => reports.damaged.length > 0 || reports.rescued.length > 0,
        );
      // What stands outside of the damaged file can still be read.
      if (what.includes('table')) assert.equal(numbers.at(-1_000), 39_000);
      await outbox.close();
    });
  }

  it('gives each message an error when its folder cannot be written, and goes on when it can', async function () {
    const parent = path.dirname(temporaryFolder());
    const blocker = path.join(parent, 'file');
    writeFileSync(blocker, '');
    const { outbox, reports } = openOutbox({ directory: path.join(blocker, 'outbox') });
    await until('the problem to be told', () => reports.problems.some((problem) => problem !== undefined));
    await assert.rejects(put(outbox, record()), keyIs('outbox'));
    unlinkSync(blocker);
    mkdirSync(blocker);
    await until('the outbox to open', () => opened(reports));
    await put(outbox, record());
    await outbox.close();
  });

  it('gives an error for what a failing disk did not store, never sends that, and goes on', async () => {
    const directory = temporaryFolder();
    const { outbox, reports } = openOutbox({ directory });
    await put(outbox, record({ payload: 'a' }));
    // The worst kind: it is on disk all the same.
    const mended = failAfterWriting();
    await assert.rejects(put(outbox, record({ payload: 'b' })), keyIs('not-stored'));
    mended();
    await until('the outbox to open again', () => reports.problems.length > 2 && opened(reports));
    await put(outbox, record({ payload: 'c' }));
    assert.deepEqual([...(await drain(outbox)).values()], [['a', 'c']]);
    await outbox.close();
  });

  for (const [what, fail] of [
    ['before', failBeforeWriting],
    ['after', failAfterWriting],
  ] as const) {
    it(`loses and doubles nothing when moving records to their partitions fails ${what} they are written`, async () => {
      const { outbox, reports } = openOutbox({ directory: temporaryFolder() });
      const values = Array.from({ length: 50 }, (_, i) => String(i));
      for (const payload of values) await put(outbox, record({ payload, partition: '' }));
      const [buffer] = outbox.buffers;
      assert.ok(buffer);
      const mended = fail();
      await assert.rejects(
        outbox.assign(buffer, () => 0),
        /test/,
      );
      mended();
      await until('the outbox to open again', () => reports.problems.length > 2 && opened(reports));
      await outbox.assign(buffer, () => 0);
      assert.deepEqual((await drain(outbox)).get(0), values);
      assert.deepEqual(reports.damaged, []);
      await outbox.close();
    });
  }

  it('loses nothing when reading on fails while records move to their partitions', async () => {
    const { outbox, reports } = openOutbox({
      directory: temporaryFolder(),
      memory: { records: 5, bytes: 2 ** 20 },
    });
    const values = Array.from({ length: 50 }, (_, i) => String(i));
    for (const payload of values) await put(outbox, record({ payload, partition: '' }));
    const [buffer] = outbox.buffers;
    assert.ok(buffer?.spilled && buffer.length > 0);
    const mended = failReading();
    const moving = outbox.assign(buffer, () => 0);
    await until('the files to be closed', () => reports.problems.some((problem) => problem));
    mended();
    await moving;
    await until('the outbox to open again', () => opened(reports));
    await outbox.assign(buffer, () => 0);
    assert.deepEqual((await drain(outbox)).get(0), values);
    await outbox.close();
  });

  it('writes through to the disk before a record counts as stored, where it has to survive a power cut', async () => {
    const { outbox } = openOutbox({ directory: temporaryFolder(), sync: true });
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(outbox, record({ payload: String(i) }))));
    assert.equal((await drain(outbox)).get(0)?.length, 100);
    await outbox.close();
  });

  it('stores what had come in before it was closed, and takes nothing afterwards', async () => {
    const directory = temporaryFolder();
    const { outbox } = openOutbox({ directory });
    const stored = put(outbox, record({ payload: 'a' }));
    const closed = outbox.close();
    await assert.rejects(put(outbox, record({ payload: 'b' })), keyIs('closed'));
    await Promise.all([stored, closed]);
  });
});

function keyIs(name: string): (error: UserError) => boolean {
  return ({ key }) => key === `kafka-producer.errors.${name}`;
}

function largest(directory: string, extension: string): string {
  const files = readdirSync(directory).filter((file) => file.endsWith(extension));
  assert.ok(files.length > 0, `no ${extension} in ${readdirSync(directory).join()}`);
  const paths = files.map((file) => path.join(directory, file));
  return paths.sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
}

function manifest(directory: string): string {
  const name = readdirSync(directory).find((file) => file.startsWith('MANIFEST'));
  return path.join(directory, name ?? '');
}

function overwrite(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0x5a, middle, Math.min(middle + 64, bytes.length));
  writeFileSync(file, bytes);
}

function cutOff(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 2));
}

async function rewrite(directory: string, change: (value: Buffer) => Buffer): Promise<void> {
  const db = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  for (const [key, value] of await db.iterator().all()) {
    const changed = Buffer.from(change(Buffer.from(value.toString('latin1'))).toString(), 'latin1');
    await db.put(key, changed);
  }
  await db.close();
}
