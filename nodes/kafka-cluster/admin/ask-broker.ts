import type { ConnectedBroker } from '../patched-kafkajs/index';
import { NoAnswerError, answerWithin } from '../with-timeout';

/** How a question is asked that goes to several brokers: what others have told is not to be lost for one that is silent. */
export interface Terms {
  /** how long to wait for each */
  milliseconds: number;
  /** Called when one does not answer on a connection that there was: the next question should not use it. */
  stale: () => void;
}

/** @throws NoAnswerError (a rejection) when the broker is silent, or what else keeps it from answering */
export async function askBroker<T, B = ConnectedBroker>(
  cluster: { findBroker: (options: { nodeId: string }) => Promise<B> },
  nodeId: string,
  { milliseconds, stale }: Terms,
  question: (broker: B) => Promise<T>,
): Promise<T> {
  let isFound = false;
  const ask = async (): Promise<T> => {
    const broker = await cluster.findBroker({ nodeId });
    isFound = true;
    return question(broker);
  };
  try {
    return await answerWithin(milliseconds, `broker ${nodeId}`, ask());
  } catch (error) {
    if (isFound && error instanceof NoAnswerError) stale();
    throw error;
  }
}
