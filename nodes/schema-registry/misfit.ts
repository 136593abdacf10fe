import { UserError, shorten } from '../shared/user-error';
import type { MisfitError } from './codecs/codec';

/** @returns the error for people: the field, its value and what the schema has there */
export function misfitText(error: MisfitError, subject: string): UserError {
  const { misfit, path, value, expected } = error;
  const params = { subject, field: path || 'payload', value: shown(value), expected: shorten(expected) };
  return new UserError(`schema-registry.errors.misfit-${misfit}`, params, { cause: error });
}

function shown(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : shorten(value);
}
