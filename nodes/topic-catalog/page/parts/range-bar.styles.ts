import { css } from 'lit';

export const rangeBarStyles = css`
  :host {
    display: block;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 10px;
    margin-bottom: 16px;
  }
  .ranges {
    display: flex;
    flex-wrap: wrap;
    gap: 2px;
    padding: 3px;
    margin: 0;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--surface);
  }
  .ranges label {
    position: relative;
  }
  .ranges input {
    position: absolute;
    opacity: 0;
    inset: 0;
    margin: 0;
    cursor: pointer;
  }
  .ranges span {
    display: block;
    padding: 5px 11px;
    border-radius: 7px;
    font-size: 14px;
    font-weight: 500;
    color: var(--muted);
  }
  .ranges input:checked + span {
    background: var(--accent-soft);
    color: var(--accent);
    font-weight: 600;
  }
  .ranges input:focus-visible + span {
    outline: 2px solid var(--accent);
  }
  .ranges label:hover span {
    color: var(--accent);
  }
  .grow {
    flex: 1;
  }
  form {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    padding: 12px 16px;
    margin-bottom: 16px;
    font-size: 14px;
  }
  form label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    color: var(--muted);
  }
  @media (max-width: 620px) {
    form {
      display: grid;
    }
    form label {
      display: grid;
      gap: 4px;
    }
    form button {
      justify-content: center;
      min-height: 38px;
    }
  }
`;
