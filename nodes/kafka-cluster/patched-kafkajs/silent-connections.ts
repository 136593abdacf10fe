import type Connection from 'kafkajs/src/network/connection';
import type { AskedForVersions } from './broker-versions';

/** kafkajs's error about a request that is not answered within its time. */
interface RequestTimeout extends Error {
  /** milliseconds since 1970 */
  readonly sentAt: number;
}

/** Few answers take longer; who waits for one may as well ask another broker meanwhile. */
const LATE_MS = 500;

/** Whether kafkajs says that a request was not answered within its time. */
export function isTimeout(error: unknown): error is RequestTimeout {
  return error instanceof Error && error.name === 'KafkaJSRequestTimeoutError';
}

/** Whether an answer is awaited on a connection for longer than most take. */
export function isLate({ requestQueue: { inflight } }: Connection): boolean {
  const before = Date.now() - LATE_MS;
  return [...inflight.values()].some(({ sentAt }) => sentAt !== null && sentAt < before);
}

/**
 * Ends a connection on which nothing has come since a request was sent that is not answered within its time, as Kafka's own
 * clients do. kafkajs asks again and again on one that went silent, be it that a firewall has forgotten it.
 */
export function endSilentConnections({ prototype }: typeof Connection): void {
  const { processData, send } = prototype;
  const heardAt = new WeakMap<Connection, number>();

  prototype.processData = function (this: Connection, data) {
    heardAt.set(this, Date.now());
    processData.call(this, data);
  };

  prototype.send = async function (this: Connection, asked) {
    try {
      return await send.call(this, asked);
    } catch (error) {
      const isSilent = isTimeout(error) && (heardAt.get(this) ?? 0) <= error.sentAt;
      if (isSilent && !isBehindAnother(this, error)) this.socket?.destroy(error);
      throw error;
    }
  };
}

/** Whether a broker has another request to answer first, which may take more time: it answers one after the other. */
function isBehindAnother({ requestQueue: { inflight } }: Connection, { sentAt }: RequestTimeout): boolean {
  return [...inflight.values()].some((other) => other.sentAt !== null && other.sentAt <= sentAt);
}

/**
 * Lets a broker that takes a connection and says nothing count as one that can't be reached. kafkajs never comes to an end of
 * connecting to it, and does not look whether another one has its partitions by now.
 */
export function giveUpSilentBrokers(prototype: Pick<AskedForVersions, 'connect'>): void {
  const { connect } = prototype;
  prototype.connect = async function (this: AskedForVersions) {
    try {
      await connect.call(this);
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const { brokerAddress: broker } = this;
      const unreachable = { name: 'KafkaJSConnectionError', broker };
      throw Object.assign(new Error(error.message, { cause: error }), unreachable);
    }
  };
}
