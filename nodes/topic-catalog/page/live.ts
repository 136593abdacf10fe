import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LiveUpdate } from '../contract';
import type { Client } from './client';

/** Gives its host what comes in, for as long as that is on the page. */
export class Live implements ReactiveController {
  private unsubscribe: () => void = () => undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly client: () => Client,
    private readonly onUpdate: (update: LiveUpdate) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.unsubscribe = this.client().onLive(this.onUpdate);
  }

  hostDisconnected(): void {
    this.unsubscribe();
  }
}
