/** The inner parts of kafkajs that this package reaches into. */

/** See request-queue-timer.ts. */
declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    readonly throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
  export = RequestQueue;
}

/** The hash behind the partition of a key, as in Java's DefaultPartitioner: a signed 32-bit integer. */
declare module 'kafkajs/src/producer/partitioners/default/murmur2' {
  function murmur2(key: Buffer | string): number;
  export = murmur2;
}
