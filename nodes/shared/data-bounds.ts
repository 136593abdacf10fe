/** How large data from outside may be: what goes beyond it is refused where it comes in. */
export interface DataBounds {
  /** levels of objects and arrays inside each other; an object of plain values is one */
  readonly depth: number;
  /** fields of all objects together */
  readonly fields: number;
  /** elements of all arrays together */
  readonly elements: number;
  /** characters of a field's name */
  readonly name: number;
  /** characters of `nodo`, where there is one */
  readonly nodo: number;
}

/** Which bound is passed, and what it is. */
export interface Excess {
  readonly bound: keyof DataBounds | 'memory';
  readonly limit: number;
}

/**
 * For any JSON. Node-RED clones messages by recursion, which overflows the stack from some 1,800 levels on and ends the
 * process; MongoDB stores 100. Hundreds of thousands of fields take it a second, in which nothing else runs.
 */
export const DATA_BOUNDS: DataBounds = {
  depth: 100,
  fields: 100_000,
  elements: 1_000_000,
  name: 1_024,
  nodo: 256,
};

/** For one reading of a sensor node, whose fields become variables that pages list and memories keep. */
export const READING_BOUNDS: DataBounds = {
  depth: 100,
  fields: 1_000,
  elements: 10_000,
  name: 256,
  nodo: 256,
};

/** About how much memory one value may take that was read out of bytes: nine of them can stand for a million objects. */
export const MAX_VALUE_MEMORY = 32 * 2 ** 20;

/** What parts of a value take in memory, in bytes, as measured with Node.js 22. */
export const MEMORY = {
  object: 56,
  /** beside its name and its value */
  field: 16,
  array: 40,
  element: 12,
  /** beside its characters */
  text: 24,
  number: 16,
  bigint: 32,
  /** a view of bytes that are there anyway */
  bytes: 110,
} as const;

/** Adds up about how much memory values take. */
export class MemoryMeter {
  bytes = 0;

  /** @param most beyond it a value is too large */
  constructor(readonly most = MAX_VALUE_MEMORY) {}
}

/** How many headers a record may have: each is an object for whoever handles the message. */
export const MAX_HEADERS = 1_000;
/** Characters of a header's name. */
export const MAX_HEADER_NAME = 1_024;

/**
 * Looks whether a value is larger than it may be, level by level instead of by recursion, since its depth is what is in
 * question. Bytes (Buffer, typed arrays) are one value.
 * @param value as JSON.parse gives it: a tree without circles
 * @param meter told how much memory the value takes, where it is given
 * @returns the first bound that it passes; undefined when it keeps to all of them
 */
export function excessOf(value: unknown, bounds: DataBounds, meter?: MemoryMeter): Excess | undefined {
  if (meter) meter.bytes += leafMemory(value);
  if (!isBranch(value)) return undefined;
  const nodo = 'nodo' in value ? value.nodo : undefined;
  if (typeof nodo === 'string' && nodo.length > bounds.nodo) return excess('nodo', bounds);
  let fields = 0;
  let elements = 0;
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > bounds.depth) return excess('depth', bounds);
    const below: object[] = [];
    for (const branch of level) {
      if (meter && meter.bytes > meter.most) return { bound: 'memory', limit: meter.most };
      if (Array.isArray(branch)) {
        elements += branch.length;
        if (elements > bounds.elements) return excess('elements', bounds);
        if (meter) meter.bytes += MEMORY.array + MEMORY.element * branch.length;
        for (const element of branch as unknown[]) {
          if (isBranch(element)) below.push(element);
          else if (meter) meter.bytes += leafMemory(element);
        }
        continue;
      }
      if (meter) meter.bytes += MEMORY.object;
      for (const name in branch) {
        if (++fields > bounds.fields) return excess('fields', bounds);
        if (name.length > bounds.name) return excess('name', bounds);
        const field = (branch as Record<string, unknown>)[name];
        if (isBranch(field)) below.push(field);
        if (meter) meter.bytes += MEMORY.field + name.length + leafMemory(field);
      }
    }
    level = below;
  }
  return meter && meter.bytes > meter.most ? { bound: 'memory', limit: meter.most } : undefined;
}

/** @returns what is too large about a value, in English: for details, logs and dead letters */
export function describeExcess({ bound, limit }: Excess): string {
  switch (bound) {
    case 'depth':
      return `nested deeper than ${limit} levels`;
    case 'fields':
      return `more than ${limit} fields`;
    case 'elements':
      return `more than ${limit} array elements`;
    case 'name':
      return `a field's name of more than ${limit} characters`;
    case 'nodo':
      return `a nodo of more than ${limit} characters`;
    case 'memory':
      return `more than ${limit} bytes in memory`;
  }
}

/** Nothing for a branch, which is counted where it is gone into, nor for what stands where it is used. */
function leafMemory(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return MEMORY.text + value.length;
    case 'number':
      return Number.isSafeInteger(value) ? 0 : MEMORY.number;
    case 'bigint':
      return MEMORY.bigint;
    case 'object':
      return ArrayBuffer.isView(value) ? MEMORY.bytes : 0;
    case 'boolean':
    case 'undefined':
    case 'function':
    case 'symbol':
      return 0;
  }
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function excess(bound: keyof DataBounds, bounds: DataBounds): Excess {
  return { bound, limit: bounds[bound] };
}
