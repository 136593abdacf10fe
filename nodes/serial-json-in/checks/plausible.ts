import { READING_FIELDS, type Reading } from '../../shared/reading';

/** The smallest and the greatest value that a variable can have; both may be infinite. */
export interface Range {
  min: number;
  max: number;
}

/** What a reading has to keep to, which asks nothing of the board. */
export interface PlausibleRules {
  /** the sensor nodes that there are, `*` at the end of a name for any ending; empty: all */
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
  if (nodes.length > 0 && !nodes.some((known) => matches(reading.nodo, known))) {
    return { reason: 'unknown-node', name: reading.nodo };
  }
  if (variables.size === 0) return undefined;
  for (const [name, value] of Object.entries(reading)) {
    if (READING_FIELDS.has(name)) continue;
    const range = variables.get(name);
    if (!range) {
      if (onlyVariables) return { reason: 'unknown-variable', name };
      continue;
    }
    if (value !== null && !isWithin(value, range)) return { reason: 'out-of-range', name, value, range };
  }
  return undefined;
}

function matches(name: string, known: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known;
}

function isWithin(value: unknown, { min, max }: Range): boolean {
  if (min === -Infinity && max === Infinity) return true;
  return typeof value === 'number' && value >= min && value <= max;
}
