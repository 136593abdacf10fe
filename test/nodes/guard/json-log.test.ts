import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonLog } from '../../../nodes/guard/json-log';
import { ROOT } from '../../../stack/paths';

type Event = Parameters<ReturnType<typeof jsonLog>>[0];

/** @returns what one line of the log says */
function logged(event: Event): Record<string, unknown> {
  const lines: string[] = [];
  jsonLog(undefined, (line) => lines.push(line))(event);
  assert.equal(lines.length, 1);
  assert.ok(!lines[0]?.includes('\n'));
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

/** Of a catalog, all of them, however deep they stand. */
function textsOf(catalog: unknown): string[] {
  if (typeof catalog === 'string') return [catalog];
  return Object.values(catalog as Record<string, unknown>).flatMap(textsOf);
}

describe('the log in JSON', () => {
  it('has time, level and text in each line, and the node that wrote it', () => {
    assert.deepEqual(
      logged({ level: 30, timestamp: 0, type: 'mongo-sink', id: 'a1', name: 'Sink', z: 'tab', msg: 'a\nb' }),
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'warn',
        node: { type: 'mongo-sink', id: 'a1', name: 'Sink', flow: 'tab' },
        message: 'a\nb',
      },
    );
  });

  it('has nothing that a terminal takes for an order, and says all the same what it was', () => {
    const msg = 'a\u001b[31mb\u007f\u009b31m\u2028\u202e\u2066"\\';
    const lines: string[] = [];
    jsonLog(undefined, (line) => lines.push(line))({ level: 30, type: 'x', name: msg, msg });
    assert.match(lines.join(), /^[ -~]+$/);
    assert.equal(logged({ level: 30, msg }).message, msg);
  });

  it('has topic, partition and offset apart where the line names them, in both languages', () => {
    for (const msg of [
      'Set aside: Prueba, partition 2, offset 9007199254740993 has no value',
      'Apartado: Prueba, partición 2, offset 9007199254740993 no tiene valor',
      'Partition 2 of "Prueba" has no offset 9007199254740993: it holds 1',
    ]) {
      const { topic, partition, offset } = logged({ level: 20, msg });
      assert.deepEqual(
        { topic, partition, offset },
        { topic: 'Prueba', partition: 2, offset: '9007199254740993' },
      );
    }
    assert.equal(logged({ level: 20, msg: `topic x, partition ${'9'.repeat(50)}` }).offset, undefined);
  });

  for (const file of globSync('nodes/kafka-*/locales/*/*.json', { cwd: ROOT }).sort()) {
    it(`finds the place in each text of ${file} that names one`, () => {
      const placed = textsOf(JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'))).filter(
        (text) => text.includes('__topic__') && text.includes('__partition__'),
      );
      const values: Record<string, string> = { topic: 'Prueba.a-1', partition: '7', offset: '42' };
      for (const text of placed) {
        const msg = text.replace(/__(\w+?)__/g, (_, name: string) => values[name] ?? '99');
        const { topic, partition, offset } = logged({ level: 20, msg });
        assert.deepEqual({ topic, partition }, { topic: 'Prueba.a-1', partition: 7 }, msg);
        if (text.includes('offset __offset__')) assert.equal(offset, '42', msg);
      }
    });
  }

  it('bears whatever a flow writes', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const refuses = {
      get message(): string {
        throw new Error('no');
      },
    };
    for (const msg of [
      undefined,
      null,
      1n,
      Symbol('s'),
      circular,
      refuses,
      Object.create(null),
      () => 1,
      [],
      NaN,
    ])
      assert.equal(typeof logged({ level: 40, msg }).message, 'string');
    const { message, stack } = logged({ level: 20, msg: new Error('broken') });
    assert.equal(message, 'broken');
    assert.match(String(stack), /json-log\.test/);
    assert.equal(String(logged({ level: 40, msg: 'x'.repeat(1_000_000) }).message).length, 16_384);
  });

  it('takes as long as a line is, whatever stands there', () => {
    const since = performance.now();
    for (const part of ['a', 'a.', 'partition ', 'a, partition ', '"', 'offset 9'])
      logged({ level: 40, msg: part.repeat(1e5) });
    assert.ok(performance.now() - since < 500);
  });
});
