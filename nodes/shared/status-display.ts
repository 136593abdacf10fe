import type { NodeStatus } from 'node-red';

/** At most one status in this time reaches the editor; the latest always does. */
const MIN_INTERVAL_MS = 250;

/** Shows a node's status, throttled: a node that changes a thousand times a second tells the editor four times. */
export class StatusDisplay {
  private shown = '';
  private next: NodeStatus | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param show hands a status to the editor, usually `(status) => node.status(status)` */
  constructor(private readonly show: (status: NodeStatus) => void) {}

  /** Shows this status now, or as soon as the interval since the last one is over. */
  set(status: NodeStatus): void {
    this.next = status;
    this.timer ??= this.flush();
  }

  /** Forgets what waits to be shown. To be called when the node closes. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.next = undefined;
  }

  private flush(): NodeJS.Timeout | undefined {
    const status = this.next;
    this.next = undefined;
    if (!status) return undefined;
    const text = JSON.stringify(status);
    if (text !== this.shown) {
      this.shown = text;
      this.show(status);
    }
    return setTimeout(() => {
      this.timer = this.flush();
    }, MIN_INTERVAL_MS).unref();
  }
}
