import { css } from 'lit';

export const wallTileStyles = css`
  :host {
    display: block;
    min-width: 0;
    min-height: 0;
    container-type: size;
  }
  section {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 2cqmin 3cqmin 1cqmin;
    border: 1px solid var(--line);
    border-top: 5px solid var(--line-colour);
    border-radius: var(--radius);
    background: var(--surface);
    overflow: hidden;
  }
  section.old {
    border-color: var(--warn);
  }
  /* Whichever of the two names is long, both are seen. */
  h2 {
    display: flex;
    gap: 0.4em;
    font-size: clamp(15px, 7cqmin, 40px);
    font-weight: 500;
    line-height: 1.2;
    color: var(--muted);
  }
  h2 > * {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2 b {
    flex-shrink: 0;
    max-width: 65%;
    color: var(--ink);
    font-weight: 650;
  }
  .value {
    font-size: clamp(30px, min(26cqh, 15cqw), 260px);
    font-weight: 700;
    letter-spacing: -0.02em;
    line-height: 1.15;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value small {
    font-size: 0.45em;
    font-weight: 500;
    color: var(--muted);
    letter-spacing: 0;
  }
  .none {
    font-size: 0.5em;
    color: var(--warn);
  }
  .old .value {
    color: var(--muted);
  }
  .age {
    font-size: clamp(14px, 6cqmin, 36px);
    font-weight: 600;
    color: var(--warn);
  }
  skm-chart {
    flex: 1 1 0;
    min-height: 0;
    height: auto;
    overflow: hidden;
  }
  /* Too little room for both: the number is what is seen from afar. */
  @container (max-height: 150px) {
    skm-chart,
    skm-state-strip {
      display: none;
    }
  }
`;
