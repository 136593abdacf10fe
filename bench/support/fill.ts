import { until } from '../../test/support/until';
import type { Remote } from './remote';
import type { Services } from './services';

/** What a topic is to hold. */
export interface Filling {
  topic: string;
  /** by partition */
  nodes: string[][];
  /** at least so many */
  records: number;
}

const FILL_MS = 300_000;

/** Makes a topic and writes readings into it with a bare producer. @returns how many */
export async function fill(
  services: Services,
  producer: Remote,
  { topic, nodes, records }: Filling,
): Promise<number> {
  await services.kafka.createTopic(topic, nodes.length);
  await producer.call('start', { brokers: services.kafka.bootstrap, topic, nodes });
  await until(`${records} records`, async () => (await services.kafka.written(topic)) >= records, FILL_MS);
  return producer.call<number>('stop');
}
