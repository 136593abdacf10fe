import { valueAt } from '../mapping/mapping';
import type { Range } from '../../shared/serial-settings';
import { matchesAny } from '../shapes/ignored';
import { READING_FIELDS, type Reading } from '../../shared/reading';

/** What a reading has to keep to, which asks nothing of the board. */
export interface PlausibleRules {
  /** the sensor nodes that there are, `*` in a name for any text; empty: all */
  nodes: readonly string[];
  /** the variables that are known, with what they can be */
  variables: ReadonlyMap<string, Range>;
  /** whether a reading with another variable is refused */
  onlyVariables: boolean;
}

/** Which rule a reading breaks. */
export type Implausible =
  | { reason: 'unknown-node'; name: string }
  | { reason: 'unknown-variable'; name: string }
  | { reason: 'out-of-range'; name: string; value: unknown; range: Range };

/** @returns the first rule that a reading breaks; undefined when it keeps to all. A null is no value, and keeps to any. */
export function implausible(reading: Reading, rules: PlausibleRules): Implausible | undefined {
  const { nodes, variables, onlyVariables } = rules;
  if (nodes.length > 0 && !matchesAny(reading.nodo, nodes)) {
    return { reason: 'unknown-node', name: reading.nodo };
  }
  if (variables.size === 0) return undefined;
  for (const [name, range] of variables) {
    const value = valueAt(reading, name) ?? null;
    if (value !== null && !isWithin(value, range)) return { reason: 'out-of-range', name, value, range };
  }
  return onlyVariables ? unknownIn(reading, variables) : undefined;
}

/** A field is known by its name, and one of objects by the names of what stands in it: `bme.t`. */
function unknownIn(reading: Reading, variables: ReadonlyMap<string, Range>): Implausible | undefined {
  const known = [...variables.keys()];
  const name = Object.keys(reading).find(
    (one) =>
      !READING_FIELDS.has(one) && !variables.has(one) && !known.some((other) => other.startsWith(`${one}.`)),
  );
  return name === undefined ? undefined : { reason: 'unknown-variable', name };
}

const LONG_NUMBER = /^[+-]?\d{16,400}$/;

function isWithin(value: unknown, { min, max }: Range): boolean {
  if (min === -Infinity && max === Infinity) return true;
  // A number of more digits than a double holds is kept as text.
  const number = typeof value === 'string' && LONG_NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= min && number <= max;
}
