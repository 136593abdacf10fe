import type { Scalar, ValueType } from './schema';

/** How a value stands behind its field's number (https://protobuf.dev/programming-guides/encoding/). */
export type WireType = 0 | 1 | 2 | 5;

/** Of the others it is 0: a number of as many bytes as it takes. */
const FIXED: Readonly<Partial<Record<Scalar, WireType>>> = {
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  float: 5,
  fixed32: 5,
  sfixed32: 5,
  string: 2,
  bytes: 2,
};

export function wireTypeOf(value: ValueType): WireType {
  if (value.kind === 'message') return 2;
  return value.kind === 'enum' ? 0 : (FIXED[value.scalar] ?? 0);
}
