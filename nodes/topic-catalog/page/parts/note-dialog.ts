import { html, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../element';
import { DATE_TIMES } from './date-time';
import { PageDialog } from './page-dialog';

/** Writes a note at a time of a node, or from a time to another. */
@element('skm-note-dialog')
export class NoteDialog extends PageDialog {
  @property() nodo = '';
  /** milliseconds since 1970 */
  @property({ attribute: false }) time = 0;

  protected override heading(): unknown {
    return html`<bdi>${this.texts.note.title(this.nodo)}</bdi>`;
  }

  protected override content(): unknown {
    const texts = this.texts.note;
    const disabled = !this.mayChange || this.busy;
    return html`<form
      @submit=${(event: SubmitEvent) => void this.save(event)}
      @input=${(event: Event) => toFieldOf(event.currentTarget as HTMLFormElement).setCustomValidity('')}
    >
      <fieldset ?disabled=${disabled}>
        <div class="fields">
          ${this.timeField('from', texts.from, this.time)}
          ${this.timeField('to', texts.to, null, texts.toHint)}
          <label class="field whole"
            ><span>${texts.text}</span
            ><textarea name="text" required maxlength="500" dir="auto" autofocus></textarea>
          </label>
        </div>
      </fieldset>
      ${this.alert()}
      <div class="row">
        <button type="button" @click=${() => this.close()}>${this.texts.cancel}</button>
        <button class="primary" ?disabled=${disabled}>
          ${this.busy ? this.texts.saving : this.texts.save}
        </button>
      </div>
    </form>`;
  }

  private timeField(name: string, label: string, time: number | null, hint = ''): TemplateResult {
    const value = time === null ? '' : new Date(this.app.zone.wallOf(time)).toISOString().slice(0, 19);
    return html`<label class="field"
      ><span>${label}</span
      ><input
        type="datetime-local"
        name=${name}
        step="1"
        min=${DATE_TIMES.min}
        max=${DATE_TIMES.max}
        ?required=${time !== null}
        value=${value}
      /><small>${hint}</small></label
    >`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const fields = new FormData(form);
    const text = (field: string): string => {
      const value = fields.get(field);
      return typeof value === 'string' ? value : '';
    };
    const timeOf = (value: string): number => this.app.zone.timeOf(Date.parse(`${value}Z`));
    const from = timeOf(text('from'));
    const to = text('to') === '' ? null : timeOf(text('to'));
    if (to !== null && to <= from) {
      const field = toFieldOf(form);
      field.setCustomValidity(this.texts.note.toBeforeFrom);
      field.reportValidity();
      return;
    }
    // A form has two characters at the end of each line.
    const note = { nodo: this.nodo, from, to, text: text('text').replace(/\r\n?/g, '\n') };
    if (await this.change('add-note', note)) this.close();
  }
}

function toFieldOf(form: HTMLFormElement): HTMLInputElement {
  return form.elements.namedItem('to') as HTMLInputElement;
}
