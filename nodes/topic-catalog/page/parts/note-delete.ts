import { LitElement, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { AnswerError } from '../client';
import type { Note } from '../../contract';
import { element } from '../element';
import { SETTINGS_TEXTS } from '../settings-texts';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';

/** Deletes a note: at the second press, since nothing brings it back. */
@element('skm-note-delete')
export class NoteDelete extends LitElement {
  static override styles = shared;

  @property({ attribute: false }) app!: ViewContext;
  @property({ attribute: false }) note!: Note;
  @state() private asked = false;
  @state() private problem = '';

  protected override render(): unknown {
    if (this.app.settings.refused !== null) return nothing;
    const texts = SETTINGS_TEXTS[this.app.language].note;
    return html`<button
        aria-label="${this.asked ? texts.sure : texts.removeOf(this.note.text)}"
        @click=${() => void this.press()}
        @blur=${() => (this.asked = false)}
      >
        ${this.asked ? texts.sure : texts.remove}
      </button>
      <span role="alert">${this.problem}</span>`;
  }

  private async press(): Promise<void> {
    this.problem = '';
    if (!this.asked) {
      this.asked = true;
      return;
    }
    this.asked = false;
    const { client, texts } = this.app;
    try {
      await client.ask('delete-note', { id: this.note.id });
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.problem = error.message === '' ? texts.problem[error.source] : error.message;
    }
  }
}
