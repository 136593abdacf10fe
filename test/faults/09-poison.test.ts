import assert from 'node:assert/strict';
import { newReadingId } from '../../nodes/shared/reading-id';
import { plugIn } from '../support/pty';
import { until } from '../support/until';
import { kafkaClient, readTopic, withDatabase } from './support/inspect';
import { withPipeline, type Pipeline } from './support/pipeline';

/** More than a broker takes as one batch by default (1,048,588 bytes). */
const TOO_LARGE = 1_200_000;

describe('9. Poison at every hop', () => {
  it('on the serial line: each shows up with its reason, and the good reading after it is stored', async () => {
    await withPipeline({ serial: true }, async (run) => {
      let board = await plugIn(run.serial);
      try {
        await run.start();
        // The first line after opening may be the end of one that began before.
        await goodLineAfter(run, (text) => board.write(text), '\r\n');
        const poison: Record<string, string> = {
          'sensor-error': 'Error\r\n',
          'not-json': '{"nodo":"placa","hum\r\n',
          'not-object': '42\r\n',
          'no-nodo': '{"humedad":60}\r\n',
          'too-long': `${'x'.repeat(20_000)}\r\n`,
        };
        for (const [reason, line] of Object.entries(poison)) {
          await goodLineAfter(run, (text) => board.write(text), line);
          await setAside(run, 'serial', reason);
        }
        // Half a line, in one chunk with a good one: when that is stored, both have been read.
        const half = run.line().slice(0, 20);
        await goodLineAfter(run, (text) => board.write(text + half), '');
        await board.unplug();
        await until('the device to be missed', () => run.reports.statusOf('serial')?.fill !== 'green');
        board = await plugIn(run.serial);
        await until('the device to be read again', () => run.reports.statusOf('serial')?.fill === 'green');
        await goodLineAfter(run, (text) => board.write(text), '');
        await setAside(run, 'serial', 'cut-off');
        await run.finish('9 poison on the serial line');
      } finally {
        await board.unplug();
      }
    });
  });

  /** With a wrong limit the broker is the first to refuse, and kafkajs then miscounts what it has sent. */
  for (const [limit, maxBatchBytes] of Object.entries({
    "the broker's own": '',
    'a wrong one of 2 MB': '2000000',
  })) {
    it(`readings of 1.2 MB (limit: ${limit}): an error each; those beside and after are stored`, async () => {
      await withPipeline({ nodes: { producer: { maxBatchBytes } } }, async (run) => {
        await run.start();
        for (let round = 1; round <= 2; round++) {
          run.source.burst(50);
          run.source.write({ padding: 'x'.repeat(TOO_LARGE) });
          run.source.burst(50);
          await until('it to be refused', () => errorsOf(run, 'producer').length >= round);
          await run.flows('a reading after it');
        }
        run.source.burst(50);
        if (maxBatchBytes === '') {
          for (const text of errorsOf(run, 'producer')) assert.match(text, /1[.,]?2\d\d[.,]?\d\d\d/, text);
        }
        await run.finish(`9 readings of 1.2 MB, limit: ${limit}`);
      });
    });
  }

  it('in the topic: nulls, no JSON and foreign records; each is put aside or stored, and nothing stops', async () => {
    await withPipeline({}, async (run) => {
      await run.startKafka();
      await run.kafka.ensureTopics([{ topic: `${run.place.topic}.dlq` }]);
      await run.start();
      const key = 'nodo-0';
      const taken = newReadingId();
      // Same time, counter and first random bits, so the same ObjectId; another reading all the same.
      const twin = taken.slice(0, -5) + (taken.endsWith('00000') ? '11111' : '00000');
      const good = (headers: Record<string, string> = {}, nodo = 'ajeno') => {
        const reading = run.ledger.send(nodo);
        run.ledger.accept(reading);
        return { key, value: JSON.stringify(reading), headers };
      };
      await send(run, [
        good(),
        { key, value: null },
        good({ 'reading-id': '42' }),
        { key, value: 'temperatura=26', headers: { origin: 'elsewhere' } },
        good({ 'reading-id': 'not-a-uuid' }),
        { key, value: Buffer.from([0xff, 0xfe, 0x00]) },
        good({ 'reading-id': taken }, 'propio'),
        { key, value: JSON.stringify({ nodo: 'propio', otra: 1 }), headers: { 'reading-id': twin } },
        { key, value: JSON.stringify({ humedad: 60 }) },
        good(),
      ]);
      run.source.start(100);
      await until(
        'three records to be put aside by the consumer',
        () => setAsideBy(run, 'consumer').length >= 3,
      );
      await until('two readings to be refused by the sink', () => setAsideBy(run, 'sink').length >= 2);
      await run.finish('9 poison in the topic');

      const dead: { value: string | undefined; origin: string }[] = [];
      await readTopic(run.kafka.bootstrap, `${run.place.topic}.dlq`, ({ value, headers }) => {
        dead.push({ value: value?.toString('latin1'), origin: String(headers?.origin ?? '') });
      });
      assert.deepEqual(
        dead.map(({ value }) => value).slice(0, 3),
        [undefined, 'temperatura=26', '\xff\xfe\x00'],
        'the dead letters are the original bytes',
      );
      assert.equal(dead[1]?.origin, 'elsewhere', 'a dead letter keeps its headers');
      const rejected = await withDatabase(run.database.uri, run.place.databaseName, (database) =>
        database.collection('rechazados').find({}).toArray(),
      );
      assert.deepEqual(
        new Set(rejected.map(({ error }) => error as string)),
        new Set(['id-taken', 'no-nodo']),
      );
    });
  });
});

/** Writes something bad and then a good line, which has to be stored. */
async function goodLineAfter(run: Pipeline, write: (text: string) => void, bad: string): Promise<void> {
  const before = run.reports.count.stored;
  write(bad + run.line());
  await until(
    `the good line after ${JSON.stringify(bad.slice(0, 20))}`,
    () => run.reports.count.stored > before,
  );
}

async function setAside(run: Pipeline, node: string, reason: string): Promise<void> {
  await until(`"${reason}" to be reported`, () =>
    setAsideBy(run, node).some((text) => text.includes(reason)),
  );
}

function setAsideBy(run: Pipeline, node: string): string[] {
  return run.reports
    .of('set-aside')
    .filter((report) => report.node === node)
    .map(({ text }) => text);
}

function errorsOf(run: Pipeline, node: string): string[] {
  return run.reports
    .of('error')
    .filter((report) => report.node === node)
    .map(({ text }) => text);
}

async function send(
  run: Pipeline,
  messages: { key: string; value: string | Buffer | null; headers?: Record<string, string> }[],
): Promise<void> {
  const producer = kafkaClient(run.kafka.bootstrap).producer();
  await producer.connect();
  await producer.send({
    topic: run.place.topic,
    acks: -1,
    messages: messages.map((message) => ({ ...message, partition: 0 })),
  });
  await producer.disconnect();
}
