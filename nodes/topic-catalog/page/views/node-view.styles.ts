import { css } from 'lit';

export const nodeViewStyles = css`
  .back {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-bottom: 10px;
    font-size: 14px;
  }
  .ahead {
    color: var(--warn);
  }
  .charts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
    gap: 16px;
  }
  .charts {
    transition: opacity 0.15s;
  }
  .charts[aria-busy='true'] {
    opacity: 0.45;
  }
  .foot {
    margin-top: 12px;
    color: var(--muted);
    font-size: 13px;
  }
  /* A finger scrolls the page instead. */
  @media (hover: none) {
    .zoom-hint {
      display: none;
    }
  }
  .more {
    display: flex;
    justify-content: center;
    margin-top: 16px;
  }
  @media print {
    .charts {
      grid-template-columns: 1fr;
    }
    skm-chart-card {
      break-inside: avoid;
    }
  }
`;
