import { css } from 'lit';

export const compareViewStyles = css`
  .back {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-bottom: 10px;
    font-size: 14px;
  }
  section {
    padding: 10px 12px 6px;
    transition: opacity 0.15s;
  }
  section[aria-busy='true'] {
    opacity: 0.45;
  }
  .legend {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr));
    gap: 2px 20px;
    margin: 0 0 8px;
    padding: 0;
    list-style: none;
  }
  .legend li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 10px;
    min-height: 34px;
    min-width: 0;
  }
  .swatch {
    flex: none;
    width: 22px;
    border-top: 3px solid var(--colour);
  }
  .dashed .swatch {
    border-top-style: dashed;
  }
  .undrawn .swatch {
    border-top-color: var(--line);
  }
  .who a {
    display: inline-block;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    vertical-align: bottom;
  }
  .who {
    flex: 1 1 140px;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .who a {
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .value {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value b {
    font-size: 17px;
    font-weight: 650;
  }
  .value small {
    color: var(--muted);
  }
  .remove {
    min-height: 28px;
    padding: 0 6px;
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  skm-series-picker {
    display: block;
    margin-top: 16px;
  }
  .foot {
    margin: 12px 0 16px;
    color: var(--muted);
    font-size: 13px;
  }
  /* A finger scrolls the page instead. */
  @media (hover: none) {
    .zoom-hint {
      display: none;
    }
  }
`;
