import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { SerialReader, type ReaderOptions } from '../../../../nodes/serial-json-in/port/serial-reader';
import type { ReadingMessage, RejectedMessage } from '../../../../nodes/serial-json-in/types';
import { rulesOf } from '../lines/rules';
import { isReadingId } from '../../../../nodes/shared/reading-id';

const options: ReaderOptions = {
  port: '/dev/ttyACM0',
  maxLineLength: 100,
  rules: rulesOf(),
  clock: () => ({ fecha: '2021-11-20', hora: '15:04:05' }),
  explain: (reason, { length, max }) => `${reason} ${length}/${max}`,
};

describe('SerialReader', () => {
  let readings: ReadingMessage[];
  let rejected: RejectedMessage[];
  let reader: SerialReader;

  beforeEach(() => {
    readings = [];
    rejected = [];
    reader = new SerialReader(options, {
      reading: (message) => readings.push(message),
      rejected: (message) => rejected.push(message),
    });
  });

  const write = (text: string | Buffer) => reader.bytes(Buffer.from(text as string));

  it('makes the message that docs/architecture.md describes', () => {
    const before = Date.now();
    write('{"nodo":"a","humedad":60}\r\n');
    const [message] = readings;
    assert.ok(message);
    const { readingId, receivedAt, ...rest } = message;
    assert.deepEqual(rest, {
      payload: { nodo: 'a', humedad: 60, fecha: '2021-11-20', hora: '15:04:05' },
      key: 'a',
      port: '/dev/ttyACM0',
    });
    assert.ok(isReadingId(readingId));
    assert.ok(receivedAt >= before && receivedAt <= Date.now());
  });

  it('begins a trace with each reading where it is asked to, and only there', () => {
    write('{"nodo":"a"}\n');
    assert.ok(!('traceparent' in (readings[0] ?? {})));
    const traced = new SerialReader(
      { ...options, trace: true },
      { reading: (message) => readings.push(message), rejected: (message) => rejected.push(message) },
    );
    traced.bytes(Buffer.from('{"nodo":"a"}\n{"nodo":"a"}\n'));
    const parents = readings.slice(1).map(({ traceparent }) => traceparent);
    for (const parent of parents) assert.match(parent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal(new Set(parents).size, 2);
  });

  it('gives each line an id of its own, also the same line twice; the ids sort in order of arrival', () => {
    for (let i = 0; i < 1000; i++) write('{"nodo":"a"}\n');
    const ids = readings.map(({ readingId }) => readingId);
    assert.equal(new Set(ids).size, 1000);
    assert.deepEqual([...ids].sort(), ids);
  });

  it('tells the first line whatever it is where nothing came for a while after the opening', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      reader.opened();
      for (let piece = 0; piece < 4; piece++) mock.timers.tick(50);
      write('hello\r\n');
      assert.equal(rejected.length, 1);
      reader.interrupted();
      reader.opened();
      write('hello\r\n{"nodo":"a"}\r\n');
      assert.equal(rejected.length, 1);
      assert.equal(readings.length, 1);
    } finally {
      mock.timers.reset();
    }
  });

  it('takes the first line for the rest of one where it came at once and Node-RED was busy for a while', async () => {
    reader.opened();
    const end = performance.now() + 300;
    while (performance.now() < end);
    await setImmediate();
    write('hello\r\n{"nodo":"a"}\r\n');
    assert.equal(rejected.length, 0);
    assert.equal(readings.length, 1);
  });

  it('leaves out the first line after an opening when its beginning is missing', () => {
    write('medad":60}\r\n{"nodo":"a"}\r\n');
    assert.equal(rejected.length, 0);
    assert.equal(readings.length, 1);
    reader.interrupted();
    write('":60}\r\n{"nodo":"b"}\r\n');
    assert.equal(rejected.length, 0);
    assert.deepEqual(
      readings.map(({ key }) => key),
      ['a', 'b'],
    );
  });

  it('keeps the first line after an opening when it is whole', () => {
    write('Error\r\n');
    reader.interrupted();
    write('{"nodo":"a"}\r\n');
    assert.equal(rejected[0]?.error.reason, 'sensor-error');
    assert.equal(readings.length, 1);
  });

  it('rejects what is no reading with its line and a reason, and reads the next one', () => {
    write('{"nodo":"a"}\nError\n{"humedad":1}\ngarbage\n{"nodo":"b"}\n');
    assert.deepEqual(
      rejected.map(({ payload, error, port }) => ({ payload, error, port })),
      [
        ['Error', 'sensor-error', 5] as const,
        ['{"humedad":1}', 'no-nodo', 13] as const,
        ['garbage', 'not-json', 7] as const,
      ].map(([payload, reason, length]) => ({
        payload,
        error: { message: `${reason} ${length}/100`, reason, length },
        port: '/dev/ttyACM0',
      })),
    );
    assert.equal(readings.length, 2);
  });

  it('keeps the bytes of a line that is not text, though the port uses its buffer again', () => {
    const chunk = Buffer.from('x\n{"nodo":"\xfe"}\n', 'latin1');
    reader.bytes(chunk);
    chunk.fill(0);
    assert.deepEqual(rejected[0]?.payload, Buffer.from('{"nodo":"\xfe"}', 'latin1'));
    assert.equal(rejected[0]?.error.reason, 'not-utf8');
  });

  it('tells a line that is too long once, with its length and how it begins', () => {
    write('x\n');
    for (let i = 0; i < 50; i++) write('0123456789'.repeat(100));
    write('\n{"nodo":"a"}\n');
    assert.equal(rejected.length, 1);
    assert.equal(rejected[0]?.error.reason, 'too-long');
    assert.equal(rejected[0]?.error.length, 50_000);
    assert.ok(String(rejected[0]?.payload).startsWith('0123456789'));
    assert.equal(readings.length, 1);
  });

  it('tells the line in whose middle the device went away', () => {
    write('{"nodo":"a"}\n{"nodo":"b","hum');
    reader.interrupted();
    write('edad":60}\n{"nodo":"c"}\n');
    assert.deepEqual(
      rejected.map(({ payload, error }) => [payload, error.reason]),
      [['{"nodo":"b","hum', 'cut-off']],
    );
    assert.deepEqual(
      readings.map(({ key }) => key),
      ['a', 'c'],
    );
  });
});
