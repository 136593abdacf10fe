import { css } from 'lit';

/** Colours and measures of the page; everything else refers to these. */
export const tokens = css`
  :host {
    --bg: #f4f6f8;
    --surface: #ffffff;
    --raised: #f9fafb;
    --ink: #17212b;
    --muted: #566472;
    --line: #dfe5ea;
    --accent: #0a6a94;
    --accent-soft: #e3f0f6;
    --on-accent: #ffffff;
    --ok: #1c7a4a;
    --ok-soft: #e2f4ea;
    --warn: #8a5a00;
    --warn-soft: #fdf1d8;
    --bad: #b3261e;
    --bad-soft: #fce8e6;
    --series-1: #b07400;
    --series-2: #c8402c;
    --series-3: #1a6fb8;
    --series-4: #7b4db8;
    --series-5: #16836f;
    --series-6: #b03a76;
    --series-7: #587a1f;
    --series-8: #5a6b7d;
    --shadow: 0 1px 2px rgb(16 32 48 / 6%), 0 1px 6px rgb(16 32 48 / 5%);
    --radius: 10px;
    color-scheme: light;
  }
  :host([theme='dark']) {
    --bg: #0e1419;
    --surface: #161d24;
    --raised: #1b242c;
    --ink: #e7edf2;
    --muted: #9aa8b5;
    --line: #2a343e;
    --accent: #5fb8e0;
    --accent-soft: #16303e;
    --on-accent: #08222f;
    --ok: #62c892;
    --ok-soft: #14301f;
    --warn: #e6b450;
    --warn-soft: #33290f;
    --bad: #f28b82;
    --bad-soft: #3a1a18;
    --series-1: #e3ad45;
    --series-2: #ef7f6c;
    --series-3: #62b0f0;
    --series-4: #b592ea;
    --series-5: #52c3ad;
    --series-6: #e689b6;
    --series-7: #a3c65f;
    --series-8: #9fb0c0;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%);
    color-scheme: dark;
  }
  :host([theme='print']) {
    --bg: #ffffff;
    --surface: #ffffff;
    --raised: #ffffff;
    --ink: #000000;
    --muted: #333333;
    --line: #bbbbbb;
    --accent: #000000;
    --accent-soft: #ffffff;
    --ok: #000000;
    --warn: #000000;
    --warn-soft: #ffffff;
    --bad: #000000;
    --bad-soft: #ffffff;
    --series-1: #000000;
    --series-2: #000000;
    --series-3: #000000;
    --series-4: #000000;
    --series-5: #000000;
    --series-6: #000000;
    --series-7: #000000;
    --series-8: #000000;
    --shadow: none;
  }
`;

/** What all parts of the page share: controls, tables, cards. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  h1 {
    font-size: 22px;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 13px;
    font-weight: 600;
    color: var(--muted);
  }
  a {
    color: var(--accent);
    text-decoration: none;
  }
  a:hover {
    text-decoration: underline;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: 6px;
  }
  button,
  .button,
  select,
  input {
    font: inherit;
    color: inherit;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 34px;
    padding: 0 12px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--surface);
    font-size: 14px;
    font-weight: 500;
    white-space: nowrap;
    cursor: pointer;
    text-decoration: none;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--accent);
    color: var(--accent);
    text-decoration: none;
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  .primary {
    background: var(--accent-soft);
    border-color: transparent;
    color: var(--accent);
    font-weight: 600;
  }
  input[type='search'],
  input[type='datetime-local'],
  select {
    min-height: 36px;
    padding: 0 10px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--surface);
    font-size: 14px;
    max-width: 100%;
  }
  input::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin-bottom: 16px;
  }
  .head .grow {
    flex: 1 1 200px;
    min-width: 0;
  }
  .sub {
    color: var(--muted);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  abbr {
    text-decoration: underline dotted;
    text-underline-offset: 3px;
    cursor: help;
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 14px;
  }
  th {
    padding: 10px 16px;
    text-align: start;
    font-size: 12.5px;
    font-weight: 600;
    color: var(--muted);
    white-space: nowrap;
    border-bottom: 1px solid var(--line);
  }
  th button {
    vertical-align: middle;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    font-size: inherit;
    font-weight: inherit;
    color: inherit;
  }
  td {
    padding: 11px 16px;
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  tbody tr:last-child > td {
    border-bottom: 0;
  }
  .right {
    text-align: end;
  }
  /* The arrow of a sorted column stands on the inner side, so that titles and numbers end at the same place. */
  .right > button {
    flex-direction: row-reverse;
  }
  .tag {
    display: inline-flex;
    align-items: center;
    padding: 1px 8px;
    border-radius: 99px;
    background: var(--raised);
    border: 1px solid var(--line);
    color: var(--muted);
    font-size: 12px;
    font-weight: 500;
    vertical-align: middle;
    white-space: nowrap;
  }
  .state {
    white-space: nowrap;
  }
  .state::before {
    content: '';
    display: inline-block;
    width: 8px;
    height: 8px;
    margin-inline-end: 7px;
    vertical-align: 0.08em;
    border-radius: 50%;
    background: var(--muted);
  }
  .state.live::before {
    background: var(--ok);
  }
  .state.silent::before {
    background: none;
    border: 2px solid var(--warn);
  }
  .check {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    font-size: 14px;
    color: var(--muted);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* On a phone each row of such a table is a block of its own, with the column's name before a value. */
  @media (max-width: 760px) {
    .stacked > thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .stacked,
    .stacked > tbody,
    .stacked > tbody > tr,
    .stacked > tbody > tr > td {
      display: block;
    }
    .stacked > tbody > tr {
      padding: 12px 16px;
      border-bottom: 1px solid var(--line);
    }
    .stacked > tbody > tr:last-child {
      border-bottom: 0;
    }
    .stacked > tbody > tr > td {
      padding: 2px 0;
      border: 0;
      text-align: start;
    }
    .stacked > tbody > tr > td[data-label] {
      display: flex;
      justify-content: space-between;
      gap: 16px;
    }
    .stacked > tbody > tr > td[data-label]::before {
      content: attr(data-label);
      color: var(--muted);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  .on-paper {
    display: none;
  }
  @media print {
    .on-paper {
      display: block;
    }
    /* Nobody presses anything on paper. */
    button,
    .button,
    select,
    input,
    .back,
    .visually-hidden,
    .zoom-hint,
    skm-range-bar,
    skm-series-picker {
      display: none !important;
    }
    .scroll {
      overflow: visible;
    }
    a {
      color: inherit;
    }
  }
`;
