import { excessOf, type DataBounds } from '../../shared/data-bounds';

/** What a page may send in one packet: more than any widget does, and little for whoever clones it. */
const PAGE_BOUNDS: DataBounds = { depth: 32, fields: 5_000, elements: 20_000, name: 256, nodo: 256 };

/** Names that every object has; a page that sends one of its own takes the place of the function. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** @returns whether a value is data alone: small enough to be cloned, and without names that stand for functions */
export function isHarmless(value: unknown): boolean {
  if (excessOf(value, PAGE_BOUNDS) !== undefined) return false;
  const rest = [value];
  while (rest.length > 0) {
    const one = rest.pop();
    if (typeof one === 'function') return false;
    if (typeof one !== 'object' || one === null || Buffer.isBuffer(one)) continue;
    if (!Array.isArray(one) && Object.keys(one).some((name) => INHERITED.has(name))) return false;
    for (const part of Object.values(one)) rest.push(part);
  }
  return true;
}

/** @returns whether a value is an object with fields, as a message is */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
