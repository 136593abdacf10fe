import { MAX_VALUE_MEMORY, MEMORY, type DataBounds, type Excess } from './data-bounds';

const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

/** What is shorter makes some megabytes at most, whatever it holds, and is looked at once it is read. */
const SHORT = 2 ** 18;

/**
 * Looks whether JSON would surely become more than it may, before it does: of three bytes each an object, tens of megabytes
 * would take gigabytes. What passes may still be too large by a little: excessOf tells it.
 * @param bytes JSON in UTF-8, or anything else
 */
export function excessOfJson(bytes: Buffer, bounds: DataBounds): Excess | undefined {
  if (bytes.length < SHORT) return undefined;
  /** by depth, whether it is an array */
  const isArray: boolean[] = [];
  let [depth, fields, elements, memory] = [0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    switch (byte) {
      case QUOTE:
        at = endOfText(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > bounds.depth) return { bound: 'depth', limit: bounds.depth };
        isArray[depth] = byte === OPEN_ARRAY;
        memory += isArray[depth] ? MEMORY.array : MEMORY.object;
        if (memory > MAX_VALUE_MEMORY) return { bound: 'memory', limit: MAX_VALUE_MEMORY };
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COMMA:
        if (isArray[depth] === true) elements++;
        else fields++;
        if (elements > bounds.elements) return { bound: 'elements', limit: bounds.elements };
        if (fields > bounds.fields) return { bound: 'fields', limit: bounds.fields };
        break;
    }
  }
  return undefined;
}

/** @param start at its first quote. @returns where its last is */
function endOfText(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return bytes.length;
}
