import { html, type TemplateResult } from 'lit';

/** Small line drawings for buttons; decoration beside a text or a label. */
function icon(path: string): TemplateResult {
  return html`<svg
    width="16"
    height="16"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d=${path} />
  </svg>`;
}

export const icons = {
  back: icon('M15 5l-7 7 7 7'),
  download: icon('M12 4v11m0 0l-5-5m5 5l5-5M5 20h14'),
  picture: icon('M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4'),
  settings: icon('M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4'),
  note: icon('M5 19l1-4L16 5l3 3L9 18zM14 7l3 3'),
  compare: icon('M3 17l5-7 4 4 9-9M3 21l6-3 5 1 7-6'),
  wall: icon('M3 4h18v12H3zM12 16v4M8 20h8'),
  up: icon('M12 19V5m0 0l-6 6m6-6l6 6'),
  close: icon('M6 6l12 12M18 6L6 18'),
  open: icon('M9 6l6 6-6 6'),
  pause: icon('M9 5v14M15 5v14'),
  play: icon('M8 5l11 7-11 7z'),
  auto: icon('M12 3a9 9 0 100 18zM12 3a9 9 0 010 18'),
  light: icon(
    'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  ),
  dark: icon('M20 14.5A8 8 0 119.5 4a6.5 6.5 0 0010.5 10.5z'),
};
