import { MongoClient, MongoNetworkTimeoutError, MongoServerSelectionError } from 'mongodb';

const LOOK_MS = 2_000;

/**
 * Asks a running database something small again and again, until it is told to stop.
 *
 * SecantusDB 0.7.0b3 has been seen to spin for ever inside WiredTiger while it made a collection: the process lives, the
 * connections are open, and nobody is answered. Only a question with a time limit tells that from a database at work.
 * @param standstillMs an answer that takes this long is none
 * @param onStandstill called once, after the first question without an answer; nothing is asked from then on
 * @returns what ends the asking
 */
export function watchForStandstill(
  uri: string,
  standstillMs: number,
  onStandstill: () => void,
): () => Promise<void> {
  const client = new MongoClient(uri, {
    maxPoolSize: 1,
    socketTimeoutMS: standstillMs,
    connectTimeoutMS: standstillMs,
    serverSelectionTimeoutMS: standstillMs + LOOK_MS,
    retryReads: false,
  });
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    let standsStill = false;
    try {
      // A ping would not do: it touches no data, and is answered still.
      await client.db('liveness').collection('none').findOne();
    } catch (error) {
      // Whatever else goes wrong comes from a server that starts, stops or answers with an error.
      standsStill = isUnanswered(error);
    }
    if (ended) return;
    if (standsStill) onStandstill();
    else timer = setTimeout(() => void look(), LOOK_MS).unref();
  };
  timer = setTimeout(() => void look(), LOOK_MS).unref();
  return () => {
    ended = true;
    clearTimeout(timer);
    return client.close();
  };
}

/** Whether a server took the connection, or the question, and then said nothing. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof MongoServerSelectionError) return isUnanswered(error.cause);
  return error instanceof MongoNetworkTimeoutError;
}
