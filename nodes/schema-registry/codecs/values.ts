import type { LargeIntegers } from '../../shared/exact-json';

/** @returns a number where it has all digits, else what the setting says */
export function integerOf(value: bigint, integers: LargeIntegers): number | bigint | string {
  const number = Number(value);
  if (Number.isSafeInteger(number) || integers === 'number') return number;
  return integers === 'bigint' ? value : String(value);
}

/** Takes what integerOf gives. @returns undefined for what is no whole number, or has lost its last digits */
export function bigintOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,40}$/.test(value) ? BigInt(value) : undefined;
}

/** @returns whether a number is none of those that would become infinite with 32 bits */
export function fitsFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value)) || !Number.isFinite(value);
}

/** @returns whether a value has named fields: no array, no bytes, no date */
export function isFields(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Date);
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** An assignment to __proto__ would make no field. */
export function setField(target: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (target as Record<string, unknown>)[name] = value;
  }
}

/** Of its own alone: a field may be called `constructor`. */
export function ownField(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
