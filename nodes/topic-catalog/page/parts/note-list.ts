import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Note } from '../../contract';
import { element } from '../element';
import { SETTINGS_TEXTS } from '../settings-texts';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import './note-delete';

/** The notes of a node's charts, with the numbers that stand on these. */
@element('skm-note-list')
export class NoteList extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        padding: 14px 16px;
        margin-top: 16px;
      }
      ol {
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: baseline;
        padding: 6px 0;
        font-size: 14px;
      }
      .number {
        min-width: 20px;
        padding: 0 5px;
        border-radius: 4px;
        background: var(--accent);
        color: var(--on-accent);
        font-size: 12px;
        font-weight: 600;
        text-align: center;
      }
      .text {
        flex: 1 1 220px;
        min-width: 0;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
    `,
  ];

  @property({ attribute: false }) app!: ViewContext;
  @property({ attribute: false }) notes: readonly Note[] = [];

  protected override render(): unknown {
    if (this.notes.length === 0) return nothing;
    return html`<section class="card">
      <h2>${SETTINGS_TEXTS[this.app.language].note.list}</h2>
      <ol>
        ${repeat(
          this.notes,
          ({ id }) => id,
          (note, index) => this.entry(note, index + 1),
        )}
      </ol>
    </section>`;
  }

  private entry(note: Note, number: number): TemplateResult {
    const { app } = this;
    return html`<li>
      <span class="number num">${number}</span>
      <span class="sub num">${whenOf(note, app)}</span>
      <span class="text" dir="auto">${note.text}</span>
      <skm-note-delete .app=${app} .note=${note}></skm-note-delete>
    </li>`;
  }
}

/** The time of a note, or from when to when it is. */
export function whenOf({ from, to }: Note, { format }: Pick<ViewContext, 'format'>): string {
  return to === null ? format.moment(from) : format.between(from, to);
}
