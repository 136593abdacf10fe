import type RequestQueue from 'kafkajs/src/network/requestQueue';

/**
 * Lets a request queue be looked at again only if something waits in it or the broker has asked for a pause. kafkajs sets
 * a timer after each look, also when nothing waits; the delay it computes then is negative, which newer Node versions
 * raise to one millisecond.
 */
export function quietRequestQueue({ prototype }: typeof RequestQueue): void {
  const scheduleCheck = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheck.call(this);
  };
}
