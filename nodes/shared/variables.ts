import { isVariable, isWideNumber } from './stored-reading';

/** Deeper objects and arrays are one value, shown as a text. */
const MAX_DEPTH = 8;
/** Nobody looks at more variables of one reading. */
const MAX_VARIABLES = 200;

/** How MongoDB's Extended JSON writes a number; some programs store it as it stands. */
const EXTENDED_NUMBERS: ReadonlySet<string> = new Set([
  '$numberInt',
  '$numberLong',
  '$numberDouble',
  '$numberDecimal',
]);

/**
 * The variables of a reading. What is inside an object or an array is a variable of its own, under its path:
 * `sensor.temp`, `temperaturas.0`.
 * @param reading as it was sent or is stored; fields that are no variables are left out
 */
export function variablesIn(reading: object): [name: string, value: unknown][] {
  const found: [string, unknown][] = [];
  for (const [name, value] of Object.entries(reading)) if (isVariable(name)) collect(name, value, 1, found);
  return found;
}

function collect(path: string, value: unknown, depth: number, found: [string, unknown][]): void {
  if (found.length >= MAX_VARIABLES) return;
  const inner = depth < MAX_DEPTH ? entriesOf(value) : undefined;
  if (!inner) {
    found.push([path, value]);
    return;
  }
  const [only] = inner;
  if (inner.length === 1 && only && EXTENDED_NUMBERS.has(only[0])) found.push([path, only[1]]);
  else for (const [name, part] of inner) collect(`${path}.${name}`, part, depth + 1, found);
}

/** @returns what is inside an object or an array; undefined for what is a value itself, and for what is empty */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || isWideNumber(value)) return undefined;
  const isPlain = Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
  if (!isPlain || '_bsontype' in value) return undefined;
  const entries = Object.entries(value);
  return entries.length === 0 ? undefined : entries.slice(0, MAX_VARIABLES);
}
