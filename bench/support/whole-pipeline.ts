import { tab, type Place } from '../../test/faults/support/flow';
import { until } from '../../test/support/until';
import type { Progress } from '../contenders/counter';
import { pipelineFlow } from './our-flow';
import { speedOf, type Speed } from './rate';
import type { Context } from './row';
import { interleaved, nodesByPartition, type Services } from './services';
import type { NodeRedContender } from './workshop';

const PARTITIONS = 3;
const NODES_EACH = 4;
/** The sensor nodes of what goes through the pipeline, by partition. */
export const PIPELINE_NODES = nodesByPartition(PARTITIONS, NODES_EACH);

/** Readings between feeding and database at the same time. */
const WINDOW = 20_000;
const DRAIN_MS = 120_000;

export type Mode = 'batch' | 'single';

/**
 * Feeds readings from memory through outbox, Kafka and database as fast as they are stored.
 * @param name of the topic and of the database
 * @throws when not everything that was fed is stored exactly once
 */
export async function throughPipeline(
  { services, plan }: Context,
  { remote, nodeRed }: NodeRedContender,
  mode: Mode,
  name: string,
  measureMs = plan.measureMs,
): Promise<Speed> {
  const place = await pipelinePlace(services, name);
  await remote.call('reset');
  await nodeRed.deploy(pipelineFlow(place, { mode }), 'full');
  const nodes = interleaved(PIPELINE_NODES);
  await remote.call('start', { topic: place.topic, nodes, window: WINDOW, until: 'sink' });
  const stored = (): Promise<Progress> => remote.call<Progress>('done', { node: 'sink' });
  const speed = await speedOf(mode, [remote], stored, { ...plan, measureMs });
  const count = await remote.call<number>('stop');
  try {
    await until(`all ${count} readings`, async () => (await stored()).count >= count, DRAIN_MS);
  } catch (error) {
    const [written, there] = [
      await services.kafka.written(place.topic),
      await services.countDocuments(place.databaseName),
    ];
    const { count: done } = await stored();
    throw new Error(
      `${mode}: ${count} readings fed, ${written} written, ${there} stored, ${done} done with`,
      { cause: error },
    );
  }
  await nodeRed.deploy(tab('all', []), 'full');
  const there = await services.countDocuments(place.databaseName);
  if (there !== count) throw new Error(`${mode}: ${count} readings fed, ${there} stored`);
  await services.dropDatabase(place.databaseName);
  return speed;
}

/** Makes a topic for readings of those nodes. @returns where it and what is read of it are */
export async function pipelinePlace(services: Services, name: string): Promise<Place> {
  const topic = name.replaceAll('_', '-');
  await services.kafka.createTopic(topic, PARTITIONS);
  return {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: name,
    topic,
    groupId: name,
  };
}
