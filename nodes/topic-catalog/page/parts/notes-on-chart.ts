import type uPlot from 'uplot';
import type { Note } from '../../contract';

const FLAG = 16;
/** A pointer that has moved farther between down and up has dragged. */
const STILL = 4;

/** Draws each note as a line with its number, as it stands in the list below; one from a time to another as a band. */
export function drawNotes(
  plot: uPlot,
  notes: readonly Note[],
  { ink, paper }: { ink: string; paper: string },
): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.fillStyle = ink;
  ctx.strokeStyle = ink;
  ctx.lineWidth = scale;
  ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const [index, { from, to }] of notes.entries()) {
    const x = plot.valToPos(from / 1_000, 'x', true);
    const end = to === null ? x : plot.valToPos(to / 1_000, 'x', true);
    if (end < bbox.left || x > right) continue;
    const [begin, over] = [Math.max(x, bbox.left), Math.min(end, right)];
    if (over > begin) {
      ctx.globalAlpha = 0.12;
      ctx.fillRect(begin, bbox.top, over - begin, bbox.height);
      ctx.globalAlpha = 1;
    }
    const line = Math.floor(begin) + 0.5;
    ctx.beginPath();
    ctx.moveTo(line, bbox.top);
    ctx.lineTo(line, bbox.top + bbox.height);
    ctx.stroke();
    const number = String(index + 1);
    const width = Math.max(FLAG * scale, ctx.measureText(number).width + 8 * scale);
    const left = Math.min(begin, right - width);
    ctx.fillRect(left, bbox.top, width, FLAG * scale);
    ctx.fillStyle = paper;
    ctx.fillText(number, left + width / 2, bbox.top + (FLAG * scale) / 2);
    ctx.fillStyle = ink;
  }
  ctx.restore();
}

/**
 * Calls when a pointer goes down and up at one place: not at the end of a drag.
 * @param call told how far from the left that was, and whether by a finger
 */
export function onClick(area: HTMLElement, call: (x: number, touched: boolean) => void): void {
  let down: { x: number; y: number } | undefined;
  area.addEventListener('pointerdown', ({ clientX, clientY, button }) => {
    down = button === 0 ? { x: clientX, y: clientY } : undefined;
  });
  area.addEventListener('pointerup', ({ clientX, clientY, pointerType }) => {
    const from = down;
    down = undefined;
    if (!from || Math.abs(clientX - from.x) > STILL || Math.abs(clientY - from.y) > STILL) return;
    call(clientX - area.getBoundingClientRect().left, pointerType === 'touch');
  });
}
