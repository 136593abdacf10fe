import { css } from 'lit';

export const nodesViewStyles = css`
  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  @media (min-width: 761px) {
    table {
      table-layout: fixed;
      min-width: 720px;
    }
    th:nth-child(1) {
      width: 22%;
    }
    th:nth-child(2) {
      width: 190px;
    }
    th:nth-child(4) {
      width: 104px;
    }
  }
  td.nodo .name {
    /* In line with the others, however it is read. */
    text-align: left;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
  }
  .values {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
    gap: 6px 16px;
  }
  .narrow {
    grid-template-columns: repeat(auto-fill, minmax(128px, 1fr));
  }
  /* The name has the whole width: the number and its sparkline stand below it. */
  .value {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    column-gap: 8px;
    align-content: start;
    min-width: 0;
  }
  .value .name {
    grid-column: 1 / -1;
  }
  .value b {
    font-weight: 600;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .value .unit {
    color: var(--muted);
    font-weight: 400;
  }
  .value .name {
    display: block;
    font-size: 12px;
    font-weight: 400;
    color: var(--muted);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  abbr {
    color: var(--warn);
    font-weight: 600;
  }
  .when small {
    display: block;
    color: var(--muted);
    font-size: 12.5px;
  }
  .when {
    white-space: nowrap;
  }
  .pages {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 12px;
    margin-top: 12px;
  }
  .group th {
    padding-top: 16px;
    font-size: 13px;
    color: var(--ink);
    background: var(--raised);
    overflow-wrap: anywhere;
    white-space: normal;
  }
  .only-phone {
    display: none;
  }
  @media (max-width: 760px) {
    .only-wide {
      display: none;
    }
    .only-phone {
      display: inline-flex;
    }
    .head .grow {
      flex: 1 1 100%;
    }
    input[type='search'] {
      flex: 1 1 150px;
    }
    .values {
      grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
    }
    tr {
      display: grid !important;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 6px 12px;
    }
    td {
      min-width: 0;
    }
    td.values-cell {
      grid-column: 1 / -1;
    }
    td.actions {
      grid-row: 1;
      grid-column: 2;
    }
  }
`;
