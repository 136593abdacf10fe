import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDevice } from '../../test/support/pty';

/** How lines are sent. */
export interface Rate {
  name: string;
  perSecond: number;
  lines: number;
}

/** A reading's line as it was written. */
export interface WrittenLine {
  nodo: string;
  n: number;
  /** when it was written, in milliseconds since 1970 */
  at: number;
}

/** How long the first line may take until another one is tried. */
const FIRST_LINE_MS = 3_000;
const MOST_TRIES = 20;

/**
 * Writes lines until one gets through: those that come before the device is opened may be lost.
 * @param through whether one has
 * @returns how many were written
 */
export async function firstLine(
  device: TestDevice,
  nodes: readonly string[],
  through: () => Promise<boolean>,
): Promise<number> {
  for (let n = 0; ; n++) {
    await writeLines(device, nodes.slice(0, 1), { name: '', perSecond: 1, lines: 1 }, n);
    const end = Date.now() + FIRST_LINE_MS;
    while (Date.now() < end) {
      if (await through()) return n + 1;
      await sleep(50);
    }
    if (n === MOST_TRIES) throw new Error(`none of ${n + 1} lines written to ${device.link} got through`);
  }
}

/**
 * Writes lines evenly spread over the time, turn by turn of these sensor nodes, each with its number `n` and with the
 * time `t` of its writing.
 * @param first the first line's number
 */
export async function writeLines(
  device: TestDevice,
  nodes: readonly string[],
  { perSecond, lines }: Rate,
  first = 0,
): Promise<WrittenLine[]> {
  const written: WrittenLine[] = [];
  const start = performance.now();
  while (written.length < lines) {
    const due = start + (written.length / perSecond) * 1000;
    const wait = due - performance.now();
    if (wait > 0) await sleep(Math.max(1, wait));
    const until = Math.min(lines, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1);
    const at = performance.timeOrigin + performance.now();
    let text = '';
    for (; written.length < until;) {
      const n = first + written.length;
      const nodo = nodes[n % nodes.length] ?? '';
      text += `${JSON.stringify({ nodo, humedad: 60, temperatura: 26, n, t: at })}\r\n`;
      written.push({ nodo, n, at });
    }
    if (text !== '') device.write(text);
  }
  return written;
}
