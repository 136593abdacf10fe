import assert from 'node:assert/strict';
import type { RawReading, ReadingsAnswer } from '../../../nodes/topic-catalog/contract';
import { exportReadings } from '../../../nodes/topic-catalog/page/raw-export';
import { RawReadings } from '../../../nodes/topic-catalog/raw-readings';
import type { Readings } from '../../../nodes/topic-catalog/readings';
import { readRequest, type ReadingsRequest } from '../../../nodes/topic-catalog/requests';

const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 0);

/** A collection in memory, which counts what is asked of it. */
class Stored {
  questions = 0;
  handed = 0;

  constructor(
    private readonly times: readonly number[],
    private readonly more: Record<string, string> = {},
  ) {}

  forEachSent(
    _nodo: string,
    from: number,
    to: number,
    each: (reading: RawReading & { id: string }) => boolean,
  ): Promise<boolean> {
    this.questions++;
    const inside = this.times.filter((ts) => ts >= from && ts < to).toReversed();
    for (const ts of inside) {
      this.handed++;
      const reading = { id: String(ts), ts, fecha: null, hora: null, valores: { n: ts, ...this.more } };
      if (!each(reading)) return Promise.resolve(false);
    }
    return Promise.resolve(true);
  }
}

async function readAll(stored: Stored, from: number, to: number): Promise<ReadingsAnswer[]> {
  const raw = new RawReadings(stored as unknown as Readings);
  const answers: ReadingsAnswer[] = [];
  let next: number | null = from;
  let width: number | undefined;
  while (next !== null) {
    const payload = { nodo: 'a', from: next, to, ...(width === undefined ? {} : { width }) };
    const answer: ReadingsAnswer = await raw.answer(readRequest('readings', payload) as ReadingsRequest);
    answers.push(answer);
    ({ next, width } = answer);
  }
  return answers;
}

describe('every reading of a range', () => {
  for (const [what, times] of [
    ['a year of one an hour', Array.from({ length: 365 * 24 }, (_, n) => BEGIN + n * 3_600_000)],
    ['an hour of ten a second', Array.from({ length: 36_000 }, (_, n) => BEGIN + 30 * DAY + n * 100)],
    ['one at the end of an empty year', [BEGIN + 365 * DAY]],
    ['none', []],
  ] as const) {
    it(`comes once and in order, in pieces of a bounded size: ${what}`, async () => {
      const stored = new Stored(times);
      const answers = await readAll(stored, BEGIN, BEGIN + 366 * DAY);
      assert.deepEqual(
        answers.flatMap(({ readings }) => readings.map(({ ts }) => ts)),
        times,
      );
      assert.ok(answers.every(({ readings }) => readings.length <= 4_500));
      assert.ok(stored.questions < 40 + times.length / 100, `${stored.questions} questions`);
      assert.ok(stored.handed <= 3 * times.length + 50_000, `${stored.handed} read`);
    });
  }

  it('comes in pieces of a bounded size also where each holds long texts', async () => {
    const times = Array.from({ length: 3_000 }, (_, n) => BEGIN + n * 1_000);
    const stored = new Stored(times, { foto: 'x'.repeat(10_000) });
    const answers = await readAll(stored, BEGIN, BEGIN + DAY);
    assert.deepEqual(
      answers.flatMap(({ readings }) => readings.map(({ ts }) => ts)),
      times,
    );
    for (const { readings } of answers) assert.ok(readings.length <= 700, `${readings.length} of 10 kB`);
    assert.ok(stored.handed <= 3 * times.length + 5_000, `${stored.handed} read`);
  });

  it('is written as it was sent, with what no column is known for in the last one, and tells how far it is', async () => {
    const answers: Omit<ReadingsAnswer, 'at' | 'nodo'>[] = [
      {
        readings: [{ ts: 0, fecha: null, hora: null, valores: { t: '20.50', ok: true, estado: 'OK; bien' } }],
        next: 500,
        width: 1_000,
      },
      {
        readings: [{ ts: 600, fecha: null, hora: null, valores: { t: -1.5, nuevo: 3, estado: null } }],
        next: null,
        width: 1_000,
      },
    ];
    const asked: unknown[] = [];
    const client = {
      ask: <T>(_action: string, payload: object): Promise<T> => {
        asked.push(payload);
        return Promise.resolve({ at: 0, nodo: 'a', ...answers.shift()! } as T);
      },
    };
    const progress: [number, number][] = [];
    const options = {
      nodo: 'a',
      from: 0,
      to: 1_000,
      names: ['t', 'ok', 'estado'],
      others: 'otras',
      onProgress: (count: number, share: number) => progress.push([count, share]),
      signal: new AbortController().signal,
    };
    const blob = await exportReadings(client, { ...options, locale: undefined });
    assert.deepEqual((await blob.text()).split('\r\n'), [
      'ts,t,ok,estado,otras',
      '1970-01-01T00:00:00.000Z,20.50,true,OK; bien,',
      '1970-01-01T00:00:00.600Z,-1.5,,,"{""nuevo"":3}"',
      '',
    ]);
    assert.deepEqual(progress, [
      [1, 0.5],
      [2, 1],
    ]);
    assert.deepEqual(asked.at(-1), { nodo: 'a', from: 500, to: 1_000, width: 1_000 });
    const stopped = exportReadings(client, { ...options, locale: 'es', signal: AbortSignal.abort() });
    await assert.rejects(stopped, { name: 'AbortError' });
  });
});
