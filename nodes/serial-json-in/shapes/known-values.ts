import type { TextParams } from '../../shared/user-error';
import { shorten } from '../../shared/user-error';
import type { Measure } from '../mapping/text-number';

/** Of so many numbers under a name it is known what they look like: the first one may have been the damaged one. */
const ENOUGH = 2;
/** Names come from data: what is remembered of them has a bound. */
const MOST_NAMES = 5000;
/** The number of a tag or a chip has digits and letters. */
const HEXADECIMAL = /^[0-9A-Fa-f]+$/;
const BEGINS_AS_NUMBER = /^[+-]?[.,]?\d/;
/** What a digit becomes of which one bit is lost or got. */
const DAMAGED_DIGIT = /^[!-)p-y]$/;
const DIGITS = /[\d.,+-]/g;
/** In characters: no tag has fewer. */
const SHORT = 4;
const LONGEST = 256;

interface Known {
  numbers: number;
  texts: number;
  unit: string;
}

/**
 * Knows how the values of a board looked so far: a variable that was a number each time does not become a word with digits
 * in it, nor change its unit (`998 mV`, `1.2 V`), without its number being another one than it seems.
 */
export class KnownValues {
  private readonly known = new Map<string, Known>();

  /**
   * @param measure what was read of the text; undefined where it is no number
   * @returns why it is in doubt, as the text of the reason needs it
   */
  doubtOf(node: string, name: string, text: string, measure: Measure | undefined): TextParams | undefined {
    const known = this.known.get(keyOf(node, name));
    if (!known || known.numbers < ENOUGH || known.numbers < known.texts) return undefined;
    const value = shorten(text);
    if (measure === undefined)
      return looksLikeNumber(text) ? { kind: 'no-number', name: shorten(name), value } : undefined;
    if (typeof measure.value !== 'number' || unitOf(measure) === known.unit) return undefined;
    const kind = known.unit === '' ? 'new-unit' : 'other-unit';
    return { kind, name: shorten(name), value, unit: known.unit };
  }

  /** Takes note of a value that stands in a line in which nothing is in doubt. */
  learn(node: string, name: string, measure: Measure | undefined): void {
    const key = keyOf(node, name);
    const known = this.known.get(key) ?? { numbers: 0, texts: 0, unit: '' };
    if (this.known.size >= MOST_NAMES && !this.known.has(key)) return;
    if (typeof measure?.value !== 'number') {
      if (measure === undefined) known.texts += 1;
    } else {
      if (unitOf(measure) !== known.unit) known.numbers = 0;
      known.unit = unitOf(measure);
      known.numbers += 1;
    }
    this.known.set(key, known);
  }
}

function keyOf(node: string, name: string): string {
  return `${node}\n${name}`;
}

function unitOf({ unit = '' }: Measure): string {
  return unit.toLowerCase();
}

/** Whether a text begins as a number does, or has more of one than of a word: `6p`, `p3.5`, `400+`, but not `warm`. */
function looksLikeNumber(text: string): boolean {
  if (HEXADECIMAL.test(text)) return /\d/.test(text) && text.length < SHORT;
  if (BEGINS_AS_NUMBER.test(text) || DAMAGED_DIGIT.test(text)) return true;
  const digits = text.slice(0, LONGEST).match(DIGITS)?.length ?? 0;
  return digits > 0 && digits * 2 >= Math.min(text.length, LONGEST);
}
