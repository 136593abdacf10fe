import { css } from 'lit';

export const dashboardStyles = css`
  :host {
    display: block;
    min-height: 100vh;
    min-height: 100dvh;
    background: var(--bg);
    color: var(--ink);
    font:
      15px/1.45 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      Arial,
      sans-serif;
    text-align: start;
    -webkit-font-smoothing: antialiased;
  }
  .top {
    position: sticky;
    top: 0;
    z-index: 5;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .top > div,
  main {
    max-width: 1280px;
    margin: 0 auto;
    padding: 0 24px;
  }
  .top > div {
    display: flex;
    align-items: center;
    gap: 4px 20px;
    min-height: 56px;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 10px;
    font-weight: 650;
    letter-spacing: -0.01em;
    white-space: nowrap;
    color: var(--ink);
  }
  .brand svg {
    color: var(--accent);
  }
  nav {
    display: flex;
    flex: 1;
    gap: 2px;
    align-self: stretch;
    overflow-x: auto;
    scrollbar-width: none;
  }
  nav a {
    display: flex;
    align-items: center;
    padding: 0 12px;
    color: var(--muted);
    font-size: 14.5px;
    font-weight: 500;
    white-space: nowrap;
    border-bottom: 2px solid transparent;
    margin-bottom: -1px;
  }
  nav a:hover {
    color: var(--ink);
    text-decoration: none;
  }
  nav a[aria-current='page'] {
    color: var(--accent);
    border-bottom-color: var(--accent);
  }
  nav a:focus-visible {
    outline-offset: -3px;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .tools button {
    min-height: 32px;
    padding: 0 8px;
    border-color: transparent;
    background: none;
    color: var(--muted);
    font-size: 13px;
    font-weight: 600;
  }
  .pulse {
    margin-inline-end: 8px;
    font-size: 13px;
    color: var(--muted);
  }
  main {
    padding-top: 24px;
    padding-bottom: 48px;
  }
  @media (max-width: 760px) {
    .pulse span {
      display: none;
    }
    .pulse::before {
      margin: 0;
    }
    .top > div {
      flex-wrap: wrap;
      gap: 4px 10px;
      padding: 0 16px;
      min-height: 48px;
    }
    .pulse {
      margin-inline-end: 2px;
    }
    .brand {
      flex: 1;
      min-height: 46px;
    }
    nav {
      order: 3;
      flex-basis: 100%;
      min-height: 42px;
      margin: 0 -12px;
    }
    main {
      padding: 18px 16px 40px;
    }
  }
  @media print {
    :host {
      min-height: 0;
      background: #ffffff;
    }
    .top {
      display: none;
    }
    main {
      max-width: none;
      padding: 0;
    }
    footer {
      margin-top: 12px;
      padding-top: 6px;
      border-top: 1px solid var(--line);
      font-size: 11px;
      overflow-wrap: anywhere;
    }
  }
`;
