import type uPlot from 'uplot';
import type { Note } from '../../contract';

/** In pixels, as are those that follow. */
const FLAG = 16;
const NUMBER_PX = 11;
const AIR = 4;
/** Of the chart's width. */
const WIDEST = 0.6;
/** What a text leaves of the room to the one before it, in sizes of letters. */
const ROOM = 8;
/** Less of a text than that says nothing. */
const LEAST_LETTERS = 4;
/** A pointer that has moved farther between down and up has dragged. */
const STILL = 4;

/** How notes look on a chart. */
export interface NoteLook {
  ink: string;
  paper: string;
  /** size in pixels of the texts, where they stand at the notes in place of the numbers of a list below */
  textPx?: number | undefined;
}

interface Flag {
  left: number;
  width: number;
  label: string;
}

/** @returns how high the row of texts is, in pixels as its letters are */
export function textHeight(textPx: number): number {
  return 1.5 * textPx;
}

/**
 * Draws each note as a line with its number, as it stands in the list below, or with as much of its text as there is room
 * for; one from a time to another as a band.
 */
export function drawNotes(plot: uPlot, notes: readonly Note[], look: NoteLook): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const right = bbox.left + bbox.width;
  const { ink, paper, textPx } = look;
  const height = (textPx === undefined ? FLAG : textHeight(textPx)) * scale;
  ctx.save();
  ctx.fillStyle = ink;
  ctx.strokeStyle = ink;
  ctx.lineWidth = scale;
  ctx.font = `600 ${(textPx ?? NUMBER_PX) * scale}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const seen: { begin: number; note: Note; number: number }[] = [];
  for (const [index, note] of notes.entries()) {
    const x = plot.valToPos(note.from / 1_000, 'x', true);
    const end = note.to === null ? x : plot.valToPos(note.to / 1_000, 'x', true);
    if (end < bbox.left || x > right) continue;
    const [begin, over] = [Math.max(x, bbox.left), Math.min(end, right)];
    seen.push({ begin, note, number: index + 1 });
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
  }
  const flags =
    textPx === undefined
      ? seen.map(({ begin, number }): Flag => {
          const label = String(number);
          const width = Math.max(FLAG * scale, ctx.measureText(label).width + 2 * AIR * scale);
          return { left: Math.min(begin, right - width), width, label };
        })
      : textFlags(ctx, seen, { left: bbox.left, right, textPx: textPx * scale });
  // A number is small; texts have room of their own above the line that is drawn.
  const top = textPx === undefined ? bbox.top : bbox.top - height;
  for (const { left, width, label } of flags) {
    ctx.fillStyle = ink;
    ctx.fillRect(left, top, width, height);
    ctx.fillStyle = paper;
    ctx.fillText(label, left + width / 2, top + height / 2);
  }
  ctx.restore();
}

/** Texts beside each other: each up to the next one; the last one may begin before its line, over which it then stands. */
function textFlags(
  ctx: CanvasRenderingContext2D,
  seen: readonly { begin: number; note: Note }[],
  { left, right, textPx }: { left: number; right: number; textPx: number },
): Flag[] {
  const air = AIR * devicePixelRatio;
  const widest = WIDEST * (right - left);
  const ordered = [...seen].sort((a, b) => b.begin - a.begin);
  const flags: Flag[] = [];
  for (const [index, { begin, note }] of ordered.entries()) {
    const before = ordered[index + 1]?.begin;
    const next = flags.at(-1);
    const end = next ? next.left - air : right;
    const start = next ? begin : before === undefined ? left : Math.min(begin, before + ROOM * textPx);
    const label = fitting(ctx, note.text, Math.min(end - start, widest) - 2 * air);
    if (Array.from(label).length < LEAST_LETTERS && label !== oneLine(note.text)) continue;
    const width = ctx.measureText(label).width + 2 * air;
    flags.push({ left: Math.min(begin, end - width), width, label });
  }
  return flags;
}

/** @returns as much of a text as is no wider than that */
function fitting(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  const whole = oneLine(text);
  if (ctx.measureText(whole).width <= width) return whole;
  const letters = Array.from(new Intl.Segmenter().segment(whole), ({ segment }) => segment);
  const cut = (count: number): string => `${letters.slice(0, count).join('').trimEnd()}…`;
  let [low, high] = [0, letters.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ctx.measureText(cut(middle)).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : cut(low);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
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
