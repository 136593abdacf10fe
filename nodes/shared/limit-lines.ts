/** A limit of a variable, and when passing it is told. */
export interface LimitSetting {
  /** null: of every node */
  nodo: string | null;
  variable: string;
  side: 'above' | 'below';
  value: number;
  /** how long the readings have to be beyond it, in seconds */
  seconds: number;
  /** how far back inside they have to come before it is told that they are, in units of the variable */
  hysteresis: number;
}

const LINE = /^(.{1,256}?)\s*([<>])\s*([+-]?[\d.,]+(?:e[+-]?\d+)?)$/i;

/**
 * Reads limits as the dialog has them, one a line: `temperatura > 30 | 60 | 2 | comuna_15`, which is the variable, above or
 * below what, for how many seconds, by how much it has to come back, and of which node; from the first `|` on all may be
 * left out. Empty lines say nothing.
 * @returns for each line the limit, or undefined where it can't be read
 */
export function limitLines(text: string): { line: string; limit: LimitSetting | undefined }[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ line, limit: limitOf(line) }));
}

function limitOf(line: string): LimitSetting | undefined {
  const [condition = '', seconds = '', hysteresis = '', ...nodo] = line.split('|').map((part) => part.trim());
  const [, variable, sign, value] = LINE.exec(condition) ?? [];
  if (variable === undefined) return undefined;
  const numbers = [value ?? '', seconds || '0', hysteresis || '0'].map((text) =>
    Number(text.replace(',', '.')),
  );
  const [limit = NaN, time = NaN, back = NaN] = numbers;
  if (!numbers.every(Number.isFinite) || time < 0 || back < 0) return undefined;
  return {
    nodo: nodo.join('|') || null,
    variable,
    side: sign === '<' ? 'below' : 'above',
    value: limit,
    seconds: time,
    hysteresis: back,
  };
}
