import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { LiveUpdate } from '../../contract';
import type { Client } from '../client';
import { Live } from '../live';
import type { ViewContext } from '../view-context';

/** A view that hears what is being stored, for as long as it is on the page, beside what it asks. */
export abstract class HearingView extends LitElement {
  @property({ attribute: false }) app!: ViewContext;
  /** whom its queries ask */
  protected readonly client = (): Client => this.app.client;

  constructor() {
    super();
    new Live(this, this.client, (update) => this.onLive(update));
  }

  protected abstract onLive(update: LiveUpdate): void;
}
