import { css } from 'lit';

export const liveViewStyles = css`
  select {
    max-width: 320px;
  }
  li {
    display: grid;
    grid-template-columns: 92px minmax(110px, 200px) 1fr;
    gap: 4px 16px;
    padding: 12px 16px;
    border-bottom: 1px solid var(--line);
    font-size: 14px;
  }
  li:last-child {
    border-bottom: 0;
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .who {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .who a {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
  }
  .who .sub {
    font-weight: 400;
    font-size: 12.5px;
  }
  pre {
    margin: 0;
    font:
      12.5px/1.55 ui-monospace,
      'SF Mono',
      Consolas,
      'Liberation Mono',
      monospace;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .sub.ahead {
    color: var(--warn);
  }
  .key {
    color: var(--accent);
  }
  .mark {
    color: var(--muted);
  }
  @media (max-width: 620px) {
    .head .grow {
      flex: 1 1 100%;
    }
    .head select {
      flex: 1;
      min-width: 0;
      max-width: none;
    }
    li {
      grid-template-columns: auto 1fr;
    }
    pre {
      grid-column: 1 / -1;
    }
  }
`;
