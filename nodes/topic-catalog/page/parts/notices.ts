import { css, html, nothing, type TemplateResult } from 'lit';
import type { ViewContext } from '../view-context';
import type { AnswerError } from '../client';
import type { Query } from '../query';

export const noticeStyles = css`
  .notice {
    overflow-wrap: anywhere;
    display: flex;
    gap: 10px;
    align-items: baseline;
    padding: 10px 14px;
    margin-bottom: 16px;
    border-radius: var(--radius);
    background: var(--warn-soft);
    color: var(--warn);
    font-size: 14px;
  }
  .notice strong {
    font-weight: 650;
  }
  .blank {
    display: grid;
    justify-items: center;
    gap: 6px;
    padding: 56px 24px;
    text-align: center;
    color: var(--muted);
  }
  .blank strong {
    color: var(--ink);
    font-size: 17px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .blank p {
    max-width: 46ch;
    line-height: 1.5;
  }
  .blank details {
    margin-top: 8px;
    font-size: 13px;
    max-width: 70ch;
    overflow-wrap: anywhere;
  }
  summary {
    cursor: pointer;
  }
  .spinner {
    width: 22px;
    height: 22px;
    margin-bottom: 8px;
    border: 2.5px solid var(--line);
    border-top-color: var(--accent);
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
`;

/** Nothing there (yet): what this place is for. */
export function blank(title: string, text: string): TemplateResult {
  return html`<div class="card blank">
    <strong>${title}</strong>
    <p>${text}</p>
  </div>`;
}

export function loading({ texts }: ViewContext): TemplateResult {
  return html`<div class="card blank" role="status">
    <div class="spinner"></div>
    ${texts.loading}
  </div>`;
}

/** What to show while there is no answer to show: loading, or why there is none. */
export function waiting(app: ViewContext, problem: AnswerError | undefined): TemplateResult {
  if (!problem) return loading(app);
  const { texts } = app;
  return html`<div class="card blank" role="status">
    <div class="spinner"></div>
    <strong>${texts.problem[problem.source]}</strong>
    <p>${texts.problem.waiting}</p>
    ${
      problem.message === ''
        ? nothing
        : html`<details>
            <summary>${texts.problem.details}</summary>
            ${problem.message}
          </details>`
    }
  </div>`;
}

/** Above every view: which parts of the path to the readings are away, and what that means for what is seen. */
export function awayNotice({ client, texts, format }: ViewContext): unknown {
  if (client.state === 'connection') return nothing;
  return client.away.map(
    ({ part, since }) =>
      html`<div class="notice" role="status" data-away=${part}>
        <span><strong>${texts.away[part](format.moment(since))}</strong> ${texts.away.meaning[part]}</span>
      </div>`,
  );
}

/** Above an older answer, if there is one: why there is no newer one, and of when this one is. */
export function staleNotice(
  { texts, format }: Pick<ViewContext, 'texts' | 'format'>,
  { data, problem, updated }: Pick<Query<unknown>, 'data' | 'problem' | 'updated'>,
): TemplateResult | typeof nothing {
  if (!problem || data === undefined) return nothing;
  return html`<div class="notice" role="status" title=${problem.message}>
    <span
      ><strong>${texts.problem[problem.source]}</strong> ${texts.problem.stale(format.moment(updated))}</span
    >
  </div>`;
}
