import RequestQueue from 'kafkajs/src/network/requestQueue';

const scheduleCheck = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 sets a timer after each check of its request queue, also when nothing waits in it. The delay it computes
 * then is negative, which newer Node versions raise to one millisecond: each connection wakes up a thousand times a
 * second for as long as it lives. With this in place a queue is looked at again only if something waits or the broker
 * has asked for a pause.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheck.call(this);
};
