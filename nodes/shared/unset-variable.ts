import { UserError, shorten } from './user-error';

const VARIABLE = /\$\{([^}]+)\}/;

/**
 * Node-RED leaves `${NAME}` as it is when the environment has no NAME. Used as a host, a path or a topic it would only
 * fail somewhere later, so it is refused here.
 * @param field the field's name as the catalogs know it
 * @param key the catalog text to use: it gets `field`, `variable` and `value`
 * @returns the value itself
 * @throws UserError when the value still names a variable
 */
export function requireSet(value: string, field: string, key: string): string {
  const match = VARIABLE.exec(value);
  if (match) throw new UserError(key, { field, variable: match[1] ?? '', value: shorten(value) });
  return value;
}
