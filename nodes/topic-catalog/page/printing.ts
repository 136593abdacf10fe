import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Whatever hosts the page: on paper the page alone, from its top to its end, and nothing that is cut off or scrolls. */
const ALONE_ON_PAPER = `@media print {
  html, body, :has(serial-kafka-mongo-dashboard) {
    display: block !important; position: static !important; overflow: visible !important; transform: none !important;
    width: auto !important; height: auto !important; min-height: 0 !important; max-height: none !important;
    margin: 0 !important; padding: 0 !important; contain: none !important; background: none !important;
    box-shadow: none !important; border: 0 !important;
  }
  body :not(:has(serial-kafka-mongo-dashboard), serial-kafka-mongo-dashboard) { display: none !important; }
  @page { margin: 14mm; }
}`;

/** Whether the page is being printed; makes its host render for paper, and lets nothing of the host's surroundings onto it. */
export class Printing implements ReactiveController {
  now = false;
  private readonly media = matchMedia('print');
  private readonly style = document.createElement('style');

  constructor(private readonly host: ReactiveControllerHost) {
    this.style.textContent = ALONE_ON_PAPER;
    host.addController(this);
  }

  hostConnected(): void {
    document.head.append(this.style);
    this.media.addEventListener('change', this.onChange);
    window.addEventListener('beforeprint', this.onBegin);
    window.addEventListener('afterprint', this.onChange);
    this.onChange();
  }

  hostDisconnected(): void {
    this.style.remove();
    this.media.removeEventListener('change', this.onChange);
    window.removeEventListener('beforeprint', this.onBegin);
    window.removeEventListener('afterprint', this.onChange);
  }

  /** The media is not said to be paper yet: what is rendered now is still in time for it. */
  private readonly onBegin = (): void => this.set(true);

  private readonly onChange = (): void => this.set(this.media.matches);

  private set(now: boolean): void {
    if (now === this.now) return;
    this.now = now;
    this.host.requestUpdate();
  }
}
