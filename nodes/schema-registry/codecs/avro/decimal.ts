import type { Decimal } from './schema';

/** As many bytes as a number of the most digits takes. */
const MAX_BYTES = 512;
const FORM = /^(-?)(\d{1,2000})(?:\.(\d{1,2000}))?$/;

/** @returns the number as text, with all of its digits; undefined for one of more bytes than any has */
export function decimalText(bytes: Buffer, { scale }: Decimal): string | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const unsigned = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
  const value = BigInt.asIntN(8 * bytes.length, unsigned);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

/**
 * @param value digits as text, a number or a bigint
 * @param size of the bytes; as few as it takes where it is undefined
 * @returns undefined for what is no such number, or has more digits than the type
 */
export function decimalBytes(
  value: unknown,
  { precision, scale }: Decimal,
  size?: number,
): Buffer | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const [, sign, whole = '', part = ''] = FORM.exec(String(value)) ?? [];
  if (sign === undefined) return undefined;
  const digits = part.replace(/(?<!0)0+$/, '');
  if (digits.length > scale) return undefined;
  const unscaled = BigInt(whole + digits.padEnd(scale, '0'));
  if (String(unscaled).length > precision) return undefined;
  return twosComplement(sign === '-' ? -unscaled : unscaled, size);
}

function twosComplement(value: bigint, size?: number): Buffer {
  let length = size ?? 1;
  if (size === undefined) while (BigInt.asIntN(8 * length, value) !== value) length++;
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  return Buffer.from(hex.padStart(2 * length, '0'), 'hex');
}
