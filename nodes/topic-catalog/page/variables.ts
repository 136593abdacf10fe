import type { Language } from './texts';

/** How a variable is called and in what unit it is; a host may give more of them (attribute `variables`). */
export interface VariableInfo {
  es?: string;
  en?: string;
  unit?: string;
}

/** The original's four charts, in its order. */
const KNOWN: ReadonlyMap<string, VariableInfo> = new Map([
  ['radiacion', { es: 'Radiación', en: 'Radiation', unit: 'mV' }],
  ['temperatura', { es: 'Temperatura', en: 'Temperature', unit: '°C' }],
  ['humedad', { es: 'Humedad relativa', en: 'Relative humidity', unit: '%' }],
  ['sensacion', { es: 'Sensación térmica', en: 'Heat index', unit: '°C' }],
]);

const COLOURS_OF_KNOWN = new Map([...KNOWN.keys()].map((name, index) => [name, index + 1]));
const OTHER_COLOURS = [5, 6, 7, 8];

/** Names, units, order and colours of variables. */
export class Variables {
  private readonly table: Map<string, VariableInfo>;

  /** @param more a host's own entries, by variable */
  constructor(more: Record<string, VariableInfo> = {}) {
    this.table = new Map([...KNOWN, ...Object.entries(more)]);
  }

  name(variable: string, language: Language): string {
    return this.table.get(variable)?.[language] ?? variable;
  }

  unit(variable: string): string {
    return this.table.get(variable)?.unit ?? '';
  }

  /** @returns the variables in the order in which they are shown: the known ones first */
  order(variables: Iterable<string>): string[] {
    const ranks = [...this.table.keys()];
    const rank = (name: string): number => (ranks.includes(name) ? ranks.indexOf(name) : ranks.length);
    return [...variables].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  }

  /** @returns the CSS variable that holds a variable's colour; the same one wherever it is shown */
  colour(variable: string): string {
    let number = COLOURS_OF_KNOWN.get(variable);
    if (number === undefined) {
      let hash = 0;
      for (const character of variable) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
      number = OTHER_COLOURS[hash % OTHER_COLOURS.length]!;
    }
    return `--series-${number}`;
  }
}
