import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Renders its host again every so often, for texts such as "3 s ago"; rests while nobody looks. */
export class Clock implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly intervalMs = 1_000,
    /** also while nobody seems to look, as on a screen that hangs on a wall */
    private readonly always = false,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.timer = setInterval(() => {
      if (!document.hidden || this.always) this.host.requestUpdate();
    }, this.intervalMs);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }
}
