import { css } from 'lit';

export const topicsViewStyles = css`
  tr.topic {
    cursor: pointer;
  }
  tr.topic:hover td {
    background: var(--raised);
  }
  tr.open td {
    background: var(--raised);
    border-bottom-color: transparent;
  }
  .name {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    padding: 0;
    border: 0;
    background: none;
    font-weight: 600;
    text-align: start;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .name svg {
    flex: none;
    transition: transform 0.12s;
  }
  .open .name svg {
    transform: rotate(90deg);
  }
  td {
    white-space: nowrap;
  }
  /* Ten columns have to fit into a page that is 1280 px wide. */
  table.stacked > * > tr > :is(th, td):not(.inside) {
    padding-inline: 12px;
  }
  table.stacked > * > tr > :is(th, td):first-child {
    padding-inline-start: 16px;
  }
  td.topic-name {
    white-space: normal;
    min-width: 180px;
  }
  td.retention {
    white-space: normal;
  }
  .lagging {
    color: var(--warn);
    font-weight: 600;
  }
  @media (max-width: 760px) {
    .head .grow,
    input[type='search'] {
      flex: 1 1 100%;
    }
    tr.open {
      background: var(--raised);
    }
    td.inside {
      margin: -12px -16px;
      padding: 4px 12px 16px !important;
    }
    table.stacked > * > tr > td:not(.inside) {
      padding-inline: 0;
    }
  }
  td.inside {
    padding: 4px 16px 20px;
    background: var(--raised);
    white-space: normal;
  }
  .inside h2 {
    margin: 14px 0 8px;
  }
  .inside .row {
    display: flex;
    align-items: baseline;
    gap: 12px;
    flex-wrap: wrap;
  }
  .foot {
    margin-top: 12px;
    font-size: 13px;
    color: var(--muted);
  }
`;
