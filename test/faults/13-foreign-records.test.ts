import assert from 'node:assert/strict';
import { CODECS } from '../../nodes/kafka-cluster/compression/codecs';
import { ownMessages, type Said } from '../support/outgoing';
import { until } from '../support/until';
import { kafkaClient, readTopic } from './support/inspect';
import { withPipeline, type Pipeline } from './support/pipeline';

const KEY = 'nodo-0';
/** Readings of one packed batch. */
const PACKED = 200;
const MAX_BATCH_MB = 2;

/* The bytes of other clients, format by format and codec by codec: test/nodes/kafka-cluster/records. */
describe('13. Records of others', () => {
  it('packed, null, huge, deep, aborted: what is a reading is stored, the rest set aside, and nothing stops', async () => {
    await withPipeline({ nodes: { consumer: { maxBatchMB: String(MAX_BATCH_MB) } } }, async (run) => {
      await run.startKafka();
      await run.kafka.ensureTopics([{ topic: `${run.place.topic}.dlq` }]);
      await run.start();
      run.source.start(100);
      const good = (headers: Record<string, string | null | (string | null)[]> = {}): Said => {
        const reading = run.ledger.send('ajeno');
        run.ledger.accept(reading);
        return { key: KEY, value: JSON.stringify(reading), headers };
      };
      for (const codec of CODECS.keys())
        await send(
          run,
          Array.from({ length: PACKED }, () => good()),
          codec,
        );
      await send(run, [
        good({ x: ['1', null], nada: null }),
        good({ 'reading-id': null }),
        { key: KEY, value: '{}', headers: Object.fromEntries(numbers(20_000).map((n) => [`h${n}`, 'x'])) },
        good(),
        { key: KEY, value: `{"nodo":${'['.repeat(5_000)}${']'.repeat(5_000)}}` },
        { key: Buffer.from([0x80]), value: good().value },
        { key: KEY, value: `\ufeff${String(good().value)}` },
      ]);
      await send(
        run,
        [{ key: KEY, value: Buffer.alloc(2 * MAX_BATCH_MB * 2 ** 20) }],
        CODECS.indexOf('gzip'),
      );
      await send(run, [good()]);
      await abort(run, 50);
      await until('what is no reading to be set aside', () => setAside(run).length >= 3);
      await run.finish('13 records of others');
      const reasons = new Set<string>();
      await readTopic(run.kafka.bootstrap, `${run.place.topic}.dlq`, ({ headers }) => {
        reasons.add(String(headers?.['dead-letter-reason']));
      });
      assert.deepEqual(reasons, new Set(['headers', 'bounds', 'batch-size']));
    });
  });
});

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

function setAside(run: Pipeline): string[] {
  return run.reports
    .of('set-aside')
    .filter(({ node }) => node === 'consumer')
    .map(({ text }) => text);
}

async function send(run: Pipeline, messages: Said[], codec = 0): Promise<void> {
  const producer = kafkaClient(run.kafka.bootstrap).producer();
  await producer.connect();
  await producer.send({
    topic: run.place.topic,
    acks: -1,
    compression: codec,
    messages: ownMessages(0, messages),
  });
  await producer.disconnect();
}

async function abort(run: Pipeline, transactions: number): Promise<void> {
  const producer = kafkaClient(run.kafka.bootstrap).producer({
    transactionalId: 'foreign',
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  for (let i = 0; i < transactions; i++) {
    const transaction = await producer.transaction();
    await transaction.send({
      topic: run.place.topic,
      messages: [{ key: KEY, value: '{"nodo":"nunca"}', partition: 0 }],
    });
    await transaction.abort();
  }
  await producer.disconnect();
}
