import { css } from 'lit';

/** What the page's dialogs share. */
export const dialogStyles = css`
  dialog {
    width: min(560px, calc(100vw - 24px));
    max-height: calc(100dvh - 24px);
    padding: 20px;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font-size: 14px;
    text-align: start;
    white-space: normal;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog h2 {
    font-size: 17px;
    font-weight: 650;
    color: var(--ink);
    overflow-wrap: anywhere;
  }
  dialog h2::before {
    content: none;
  }
  dialog p {
    margin-top: 6px;
    color: var(--muted);
    line-height: 1.5;
  }
  dialog fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  dialog legend,
  dialog .label {
    padding: 0;
    margin-bottom: 4px;
    color: var(--muted);
    font-size: 13px;
    font-weight: 600;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 110px), 1fr));
    gap: 14px;
    margin-top: 16px;
  }
  .fields > .whole {
    grid-column: 1 / -1;
  }
  .field {
    display: grid;
    gap: 4px;
    align-content: start;
    min-width: 0;
  }
  .field > span {
    color: var(--muted);
    font-size: 13px;
    font-weight: 600;
  }
  .field > small,
  dialog .hint {
    color: var(--muted);
    font-size: 12.5px;
  }
  dialog input[type='text'],
  dialog input[type='number'],
  dialog input[type='datetime-local'],
  dialog select,
  dialog textarea {
    width: 100%;
    min-width: 0;
    min-height: 38px;
    padding: 6px 10px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--surface);
    font: inherit;
    color: inherit;
  }
  dialog select {
    padding-inline: 6px 2px;
  }
  dialog textarea {
    min-height: 84px;
    resize: vertical;
  }
  dialog :disabled {
    opacity: 0.6;
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 18px;
  }
  .choices label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 30px;
    overflow-wrap: anywhere;
  }
  .swatches label {
    position: relative;
  }
  .swatches label:not(.automatic) input {
    position: absolute;
    inset: 0;
    opacity: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    cursor: pointer;
  }
  .swatches {
    gap: 8px 10px;
  }
  .swatch {
    width: 30px;
    height: 30px;
    border-radius: 8px;
    background: var(--colour);
  }
  .swatches input:checked + .swatch {
    box-shadow:
      0 0 0 2px var(--surface),
      0 0 0 4px var(--ink);
  }
  .swatches input:focus-visible + .swatch {
    outline: 2px solid var(--accent);
    outline-offset: 5px;
  }
  .limit {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 10px;
    align-items: end;
    padding: 10px;
    margin-top: 8px;
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  .limit button {
    justify-self: start;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    justify-content: flex-end;
    margin-top: 20px;
  }
  .row .start {
    margin-inline-end: auto;
  }
  dialog .refused,
  dialog [role='alert']:not(:empty) {
    padding: 8px 12px;
    margin-top: 12px;
    border-radius: 8px;
    background: var(--warn-soft);
    color: var(--warn);
    overflow-wrap: anywhere;
  }
  dialog [role='alert'] {
    margin: 0;
  }
  dialog ul {
    max-height: 40vh;
    margin: 14px 0 0;
    padding: 0;
    overflow: auto;
    list-style: none;
  }
  dialog li {
    display: flex;
    gap: 10px;
    align-items: center;
    padding: 6px 0;
    border-bottom: 1px solid var(--line);
  }
  dialog .what {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  dialog .what small {
    display: block;
    color: var(--muted);
    font-size: 12.5px;
  }
  @media (max-width: 480px) {
    dialog {
      padding: 16px;
    }
    dialog button {
      min-height: 38px;
    }
  }
`;
