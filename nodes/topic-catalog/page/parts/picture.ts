import { download } from '../download';

const MARGIN = 24;
const LINE = 28;

/** A line of text above a chart in a picture. */
export interface PictureLine {
  text: string;
  /** of the square before it; absent: none */
  colour?: string;
}

/**
 * Downloads a chart as a picture, with lines of text above it.
 * @param around whose colours the picture has
 */
export function downloadPicture(
  name: string,
  chart: HTMLCanvasElement,
  lines: readonly PictureLine[],
  around: Element,
): void {
  const scale = devicePixelRatio;
  const head = lines.length * LINE;
  const canvas = document.createElement('canvas');
  canvas.width = chart.width + 2 * MARGIN * scale;
  canvas.height = chart.height + (2 * MARGIN + head) * scale;
  const context = canvas.getContext('2d')!;
  const style = getComputedStyle(around);
  context.fillStyle = style.getPropertyValue('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.font = '600 15px system-ui, sans-serif';
  context.textBaseline = 'top';
  for (const [index, { text, colour }] of lines.entries()) {
    const top = MARGIN + index * LINE;
    if (colour !== undefined) {
      context.fillStyle = style.getPropertyValue(colour);
      context.fillRect(MARGIN, top + 2, 11, 11);
    }
    context.fillStyle = style.getPropertyValue('--ink');
    context.fillText(text, MARGIN + (colour === undefined ? 0 : 20), top);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(chart, MARGIN * scale, (MARGIN + head) * scale);
  canvas.toBlob((picture) => {
    if (picture) download(`${name}.png`, picture);
  });
}
