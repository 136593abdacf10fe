import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Keeps the screen on for as long as its host is on the page. Browsers do so over HTTPS and on the machine itself;
 * elsewhere the system's own settings decide.
 */
export class WakeLock implements ReactiveController {
  private sentinel: WakeLockSentinel | undefined;
  private connected = false;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    document.addEventListener('visibilitychange', this.acquire);
    this.acquire();
  }

  hostDisconnected(): void {
    this.connected = false;
    document.removeEventListener('visibilitychange', this.acquire);
    this.release();
  }

  /** The browser takes the lock back whenever the page is hidden. */
  private readonly acquire = (): void => {
    // Its type says that it is always there.
    const { wakeLock } = navigator as { wakeLock?: WakeLock_ };
    if (document.hidden || !wakeLock) return;
    wakeLock.request('screen').then(
      (sentinel) => {
        this.sentinel = sentinel;
        if (!this.connected) this.release();
      },
      (error: unknown) => {
        // A battery that is low, or a policy: the browser's right.
        if (!(error instanceof DOMException)) throw error;
      },
    );
  };

  private release(): void {
    this.sentinel?.release().catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
    });
    this.sentinel = undefined;
  }
}

type WakeLock_ = Navigator['wakeLock'];
