import { css } from 'lit';

export const insideViewStyles = css`
  h2 {
    margin: 24px 0 8px;
    font-size: 15px;
  }
  .partition {
    display: grid;
    grid-template-columns: minmax(150px, 220px) 1fr;
    gap: 4px 16px;
    align-items: center;
    padding: 10px 16px;
    border-bottom: 1px solid var(--line);
  }
  .partition:last-child,
  .group:last-child {
    border-bottom: 0;
  }
  .brokers {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-top: 4px;
  }
  .broker {
    padding: 0 7px;
    border: 1px solid var(--line);
    border-radius: 9px;
    font-size: 12px;
  }
  .broker.leads {
    border-color: var(--accent);
    background: var(--accent-soft);
    font-weight: 600;
  }
  .broker.behind {
    border-color: var(--bad);
    color: var(--bad);
    text-decoration: line-through;
  }
  .records {
    display: flex;
    flex-direction: row;
    justify-content: flex-end;
    gap: 4px;
    min-height: 44px;
    margin: 0;
    padding: 0;
    overflow: hidden;
    list-style: none;
  }
  .records li {
    flex: none;
    box-sizing: border-box;
    width: 92px;
    padding: 3px 6px;
    border: 1px solid var(--line);
    border-left: 4px solid var(--colour, var(--muted));
    border-radius: 4px;
    background: var(--raised);
    font-size: 12px;
    animation: fall 0.5s ease-out;
  }
  .records .key {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .group {
    padding: 12px 16px;
    border-bottom: 1px solid var(--line);
  }
  .group ul {
    margin: 4px 0 0;
    padding-left: 18px;
    font-size: 14px;
  }
  .lagging {
    color: var(--warn);
    font-weight: 600;
  }
  @keyframes fall {
    from {
      transform: translateY(-44px);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .records li {
      animation: none;
    }
  }
  @media (max-width: 620px) {
    .partition {
      grid-template-columns: 1fr;
    }
  }
  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 8px 12px;
    margin: 0 0 16px;
  }
`;
