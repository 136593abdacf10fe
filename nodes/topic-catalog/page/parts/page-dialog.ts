import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { AnswerError } from '../client';
import { SETTINGS_TEXTS, type SettingsTexts } from '../settings-texts';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { dialogStyles } from './dialog.styles';

/**
 * A dialog over the page, open for as long as it is there.
 * @fires closed - it is to be taken away
 */
export abstract class PageDialog extends LitElement {
  static override styles = [shared, dialogStyles];

  @property({ attribute: false }) app!: ViewContext;
  @state() protected busy = false;
  @state() protected problem = '';

  protected get texts(): SettingsTexts {
    return SETTINGS_TEXTS[this.app.language];
  }

  protected get mayChange(): boolean {
    return this.app.settings.refused === null;
  }

  protected override firstUpdated(): void {
    this.dialog.showModal();
  }

  protected close(): void {
    this.dialog.close();
  }

  /** Asks for a change, and says why it was not made. @returns whether it was */
  protected async change(action: string, payload: object): Promise<boolean> {
    this.busy = true;
    this.problem = '';
    try {
      await this.app.client.ask(action, payload);
      return true;
    } catch (error) {
      this.problem = this.reasonOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** @throws what is no answer */
  protected reasonOf(error: unknown): string {
    if (!(error instanceof AnswerError)) throw error;
    const { texts } = this.app;
    return error.message === '' ? texts.problem[error.source] : error.message;
  }

  protected override render(): unknown {
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h2 id="title">${this.heading()}</h2>
      ${this.refusal()} ${this.content()}
    </dialog>`;
  }

  protected abstract heading(): unknown;
  protected abstract content(): unknown;

  protected alert(): TemplateResult {
    return html`<p role="alert">${this.problem}</p>`;
  }

  private refusal(): TemplateResult | typeof nothing {
    const { refused } = this.app.settings;
    return refused === null ? nothing : html`<p class="refused">${this.texts.refused[refused]}</p>`;
  }

  private get dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }
}
