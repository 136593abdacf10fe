import type { VariableSetting } from '../contract';
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

type Field = Exclude<keyof VariableSetting, 'nodo' | 'variable'>;

/** What is set on the page, by node and variable; null: of every node. */
type Settings = ReadonlyMap<string | null, ReadonlyMap<string, VariableSetting>>;

/**
 * Names, units, decimals, order and colours of variables: what is set on the page for a node, else what is set there for all,
 * else what is known of the variable. `of(nodo)` gives those of a node.
 */
export class Variables {
  private readonly table: ReadonlyMap<string, VariableInfo>;
  private readonly settings: Settings;
  private nodo: string | null = null;

  /**
   * @param more a host's own entries, by variable
   * @param settings what is set on the page
   */
  constructor(more: Record<string, VariableInfo> = {}, settings: readonly VariableSetting[] = []) {
    this.table = new Map([...KNOWN, ...Object.entries(more)]);
    const byNode = new Map<string | null, Map<string, VariableSetting>>();
    for (const setting of settings) {
      const ofNode = byNode.get(setting.nodo) ?? new Map<string, VariableSetting>();
      byNode.set(setting.nodo, ofNode.set(setting.variable, setting));
    }
    this.settings = byNode;
  }

  /** @returns the same for the variables of one node */
  of(nodo: string): Variables {
    const own = Object.create(this) as Variables;
    own.nodo = nodo;
    return own;
  }

  /** @returns what is set on the page of a variable, for a node or for all, and nothing of what it is without */
  setting(nodo: string | null, variable: string): VariableSetting | undefined {
    return this.settings.get(nodo)?.get(variable);
  }

  name(variable: string, language: Language): string {
    return this.set(variable, 'name') ?? this.table.get(variable)?.[language] ?? variable;
  }

  unit(variable: string): string {
    return this.set(variable, 'unit') ?? this.table.get(variable)?.unit ?? '';
  }

  /** @returns how many decimals a value is shown with; undefined: as many as it needs */
  decimals(variable: string): number | undefined {
    return this.set(variable, 'decimals');
  }

  /** @returns what a variable is called in a file: as in the readings, or with the name and unit that are set on the page */
  heading(variable: string): string {
    const name = this.set(variable, 'name') ?? variable;
    const unit = this.set(variable, 'unit');
    return unit === undefined ? name : `${name} (${unit})`;
  }

  /** @returns whether a name or a unit is set on the page */
  isNamed(variable: string): boolean {
    return this.heading(variable) !== variable;
  }

  /** @returns the variables in the order in which they are shown: by the places set on the page, then the known ones first */
  order(variables: Iterable<string>): string[] {
    const ranks = [...this.table.keys()];
    const place = (name: string): number => this.set(name, 'order') ?? Infinity;
    const rank = (name: string): number => (ranks.includes(name) ? ranks.indexOf(name) : ranks.length);
    const both = (a: string, b: string): number => (place(a) === place(b) ? 0 : place(a) - place(b));
    return [...variables].sort((a, b) => both(a, b) || rank(a) - rank(b) || a.localeCompare(b));
  }

  /** @returns the CSS variable that holds a variable's colour; the same one wherever it is shown */
  colour(variable: string): string {
    const number = this.set(variable, 'colour') ?? COLOURS_OF_KNOWN.get(variable) ?? colourByName(variable);
    return `--series-${number}`;
  }

  private set<F extends Field>(variable: string, field: F): VariableSetting[F] | undefined {
    const own = this.nodo === null ? undefined : this.setting(this.nodo, variable)?.[field];
    return own ?? this.setting(null, variable)?.[field];
  }
}

function colourByName(variable: string): number {
  let hash = 0;
  for (const character of variable) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return OTHER_COLOURS[hash % OTHER_COLOURS.length]!;
}
