import { css } from 'lit';

export const chartCardStyles = css`
  :host {
    display: block;
    min-width: 0;
    container-type: inline-size;
  }
  .card {
    padding: 14px 16px 6px;
  }
  header {
    display: flex;
    align-items: flex-start;
    gap: 12px;
    min-height: 62px;
  }
  .title {
    flex: 1;
    min-width: 0;
  }
  h2 {
    display: flex;
    align-items: center;
    gap: 8px;
    font-size: 14px;
    color: var(--ink);
    overflow-wrap: anywhere;
  }
  h2::before {
    content: '';
    flex: none;
    width: 10px;
    height: 10px;
    border-radius: 3px;
    background: var(--line-colour);
  }
  .value {
    font-size: 26px;
    font-weight: 650;
    letter-spacing: -0.02em;
    line-height: 1.2;
    margin-top: 2px;
    white-space: nowrap;
  }
  .value.words {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    font-size: 17px;
    letter-spacing: 0;
    white-space: normal;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  h2 span {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    min-width: 0;
    overflow: hidden;
  }
  .value small {
    font-size: 14px;
    font-weight: 500;
    color: var(--muted);
    letter-spacing: 0;
  }
  .value.none {
    font-size: 16px;
    font-weight: 600;
    color: var(--warn);
    line-height: 31px;
    letter-spacing: 0;
  }
  .at {
    color: var(--muted);
    font-size: 12.5px;
    font-weight: 500;
    letter-spacing: 0;
    margin-inline-start: 6px;
  }
  dl {
    margin: 0;
    font-size: 12.5px;
    line-height: 1.45;
  }
  dl div {
    display: flex;
    justify-content: space-between;
    gap: 10px;
    margin-bottom: 1px;
  }
  dt {
    color: var(--muted);
  }
  dd {
    margin: 0;
    text-align: end;
  }
  .buttons {
    display: flex;
    flex: none;
  }
  .picture {
    min-height: 28px;
    padding: 0 6px;
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  /* Where a long number would not fit beside them, least, mean and greatest stand in a row below it. */
  @container (max-width: 460px) {
    .card {
      padding: 12px 8px 4px;
    }
    header {
      flex-wrap: wrap;
      padding: 0 6px;
    }
    dl {
      order: 3;
      display: flex;
      flex-wrap: wrap;
      gap: 0 14px;
      flex-basis: 100%;
    }
    dl div {
      gap: 6px;
    }
    .value {
      white-space: normal;
      overflow-wrap: anywhere;
    }
  }
  /* On the narrowest phones a number of seven digits would lie under the buttons. */
  @container (max-width: 320px) {
    .title {
      flex-basis: 100%;
    }
    .buttons {
      margin-inline-start: auto;
    }
  }
`;
