import { errorOf, wholeAnswer, type Connections } from '../patched-kafkajs/index';
import { toError } from '../../shared/user-error';
import { isOfConnection } from '../errors';
import type { RefusedPartition } from '../types';
import { askBroker, type Terms } from './ask-broker';
import { coordinatorOf } from './coordinators';

/*
 * Offsets, each partition by itself: what a broker does not tell of one is no reason not to hear of the others. kafkajs's
 * admin client gives all or nothing, and asks topic by topic.
 */

/** What a broker is asked for where another one would give the time of a record. */
export const NEXT = -1;
export const FIRST = -2;
const NOBODY = -1;
/** While a cluster makes the topic in which it keeps offsets, nobody knows of any group. */
const COORDINATOR_TRIES = 5;

/** A topic as the metadata have it. */
interface LedTopic {
  name: string;
  partitions: readonly { partitionId: number; leader: number }[];
}

/** By topic and partition: an offset, or why the broker does not tell it. */
type ToldOffsets = Map<string, Map<number, string | Error>>;

/**
 * @param at a time in milliseconds since 1970, FIRST or NEXT
 * @returns what the leaders tell. "-1" where no record is of that time or later; partitions that nobody leads are left out,
 *   and those of a leader that can't be reached while another can have the reason
 * @throws when no leader answers
 */
export async function listOffsets(
  cluster: Pick<Connections, 'findBroker'>,
  topics: readonly LedTopic[],
  at: number,
  terms: Terms,
): Promise<ToldOffsets> {
  const told: ToldOffsets = new Map(topics.map(({ name }) => [name, new Map<number, string | Error>()]));
  const questions = [...byLeader(topics)];
  const answers = await Promise.allSettled(
    questions.map(([nodeId, numbers]) =>
      askBroker(cluster, String(nodeId), terms, async (broker) => {
        const question = broker.listOffsets({
          topics: [...numbers].map(([topic, partitions]) => ({
            topic,
            partitions: partitions.map((partition) => ({ partition, timestamp: at })),
          })),
        });
        const { responses } = await wholeAnswer(question);
        return responses;
      }),
    ),
  );
  const isSomebodyThere = answers.some(({ status }) => status === 'fulfilled');
  for (const [i, [, numbers]] of questions.entries()) {
    const answer = answers[i]!;
    if (answer.status === 'fulfilled') {
      for (const { topic, partitions } of answer.value)
        for (const { partition, offset, errorCode } of partitions)
          told.get(topic)?.set(partition, errorCode === 0 ? offset : errorOf(errorCode));
      continue;
    }
    if (!isSomebodyThere || !isOfConnection(answer.reason)) throw answer.reason;
    for (const [topic, partitions] of numbers)
      for (const partition of partitions) told.get(topic)?.set(partition, toError(answer.reason));
  }
  return told;
}

/** @returns by leader and topic the numbers of the partitions that it is to be asked for */
function byLeader(topics: readonly LedTopic[]): Map<number, Map<string, number[]>> {
  const questions = new Map<number, Map<string, number[]>>();
  for (const { name, partitions } of topics) {
    for (const { partitionId, leader } of partitions) {
      if (leader <= NOBODY) continue;
      let ofLeader = questions.get(leader);
      if (!ofLeader) questions.set(leader, (ofLeader = new Map<string, number[]>()));
      const numbers = ofLeader.get(name);
      if (numbers) numbers.push(partitionId);
      else ofLeader.set(name, [partitionId]);
    }
  }
  return questions;
}

/**
 * @returns by partition the offset of the first record of this time or later, else the next one; what is not told of a
 *   partition leaves it out
 */
export async function offsetsAt(
  cluster: Pick<Connections, 'findBroker'>,
  topic: LedTopic,
  time: number,
  terms: Terms,
): Promise<Map<number, string>> {
  const half = { ...terms, milliseconds: terms.milliseconds / 2 };
  const list = async (at: number) => (await listOffsets(cluster, [topic], at, half)).get(topic.name);
  // The end first: what is written between the two questions is of a later time.
  const next = await list(NEXT);
  const then = (await list(time)) ?? new Map<number, string | Error>();
  const found = new Map<number, string>();
  for (const [partition, offset] of then) {
    if (typeof offset !== 'string') continue;
    const told = offset.startsWith('-') ? next?.get(partition) : offset;
    if (typeof told === 'string') found.set(partition, told);
  }
  return found;
}

/**
 * @param refused told of each partition whose offset the broker does not tell: it is left out
 * @returns by topic and partition, "-1" where the group has none
 * @throws when nothing is told of the group at all
 */
export async function committedOffsets(
  cluster: Pick<Connections, 'getNodeIds' | 'findBroker'>,
  groupId: string,
  topics: readonly LedTopic[],
  refused: (place: RefusedPartition) => void,
): Promise<Map<string, Map<number, string>>> {
  const offsets = new Map<string, Map<number, string>>();
  if (topics.length === 0) return offsets;
  const nodeId = await coordinatorOf(cluster, groupId, COORDINATOR_TRIES);
  const broker = await cluster.findBroker({ nodeId: String(nodeId) });
  const question = broker.offsetFetch({
    groupId,
    topics: topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ partitionId }) => ({ partition: partitionId })),
    })),
  });
  const { responses } = await wholeAnswer(question);
  for (const { topic, partitions } of responses) {
    const known = new Map<number, string>();
    offsets.set(topic, known);
    for (const { partition, offset, errorCode } of partitions) {
      if (errorCode === 0) known.set(partition, offset);
      else refused({ topic, partition, error: errorOf(errorCode) });
    }
  }
  return offsets;
}
