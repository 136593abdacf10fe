import { css } from 'lit';

export const eventsViewStyles = css`
  .kind {
    display: inline-flex;
    align-items: center;
    padding: 3px 10px;
    border-radius: 99px;
    font-size: 13px;
    font-weight: 600;
    white-space: nowrap;
    background: var(--ok-soft);
    color: var(--ok);
  }
  .kind.above,
  .kind.below,
  .kind.silent,
  .kind.sensor-error {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .kind.note {
    background: var(--accent-soft);
    color: var(--accent);
  }
  .text {
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  @media (min-width: 761px) {
    td.when {
      white-space: nowrap;
    }
  }
  td.who {
    overflow-wrap: anywhere;
    font-weight: 600;
  }
  small {
    display: block;
    font-weight: 400;
    color: var(--muted);
  }
`;
