const TEXTS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
/** The first name in an object, or in the first one of a list. */
const FIRST_NAME =
  /^[[\s]{0,8}\{\s{0,8}("[^"]{1,256}"|'[^']{1,256}'|[\p{L}_$][\p{L}\p{N}_$-]{0,255})\s{0,8}:/u;
/** In characters: of what is cut over several lines no line is that long. */
const LONGEST_PART = 4096;
const OBJECT = /^[{[].*[}\]],?$/;

/** What is to be read now. */
export interface WholeLine {
  text: string;
  /** a part of an object whose beginning was damaged: whatever it says, it is no reading */
  isPart: boolean;
}

/** What becomes of a line behind the place where an object was broken off. */
interface BehindBroken {
  told: WholeLine[];
  /** the lines with which another object begins */
  anew: string[];
}

/**
 * Follows the lines behind the place where an object over several lines was broken off. The rest of it is no reading,
 * though an object in it, or an element of a list, may look like one; where the board was reset, the next object begins
 * with the same name as the broken one, be its bracket at the end of a line that was cut (`"tempera{`).
 */
export class BrokenObject {
  private depth = 0;
  private since: number | undefined;
  /** a bracket that may begin the next object: the line behind it tells */
  private held: { bracket: string; isTold: boolean } | undefined;
  private first: string | undefined;

  /** @param longest how long after its break the rest of an object may come, in milliseconds */
  constructor(private readonly longest: number) {}

  /** An object has begun. @param first the name that stands first in it */
  know(first: string | undefined): void {
    this.first = first ?? this.first;
    this.since = undefined;
    this.held = undefined;
  }

  /**
   * An object was broken off.
   * @param depth how many brackets were open
   * @param now milliseconds since 1970
   * @param bracket one that stood at the end of what broke it
   */
  begin(depth: number, now: number, bracket?: string): void {
    this.depth = depth + (bracket === undefined ? 0 : 1);
    this.since = now;
    this.held = bracket === undefined ? undefined : { bracket, isTold: true };
  }

  /** @returns whether the rest of a broken object may still come */
  isOpen(now: number): boolean {
    if (this.since !== undefined && now - this.since > this.longest) this.since = undefined;
    return this.since !== undefined;
  }

  /** What comes next is no part of it. */
  end(): void {
    this.since = undefined;
    this.held = undefined;
  }

  /** @returns whether an object may be the next one, as far as it is known what stands first in one */
  mayBeNext(object: string): boolean {
    return this.first === undefined || this.isFirst(object);
  }

  push(line: string): BehindBroken {
    const { held } = this;
    this.held = undefined;
    if (line.length > LONGEST_PART) {
      const before = held && !held.isTold ? [whole(held.bracket)] : [];
      return this.anew([...before, whole(line)], []);
    }
    if (held && this.isFirst(`${held.bracket}${line}`)) return this.anew([], [held.bracket, line]);
    const told = held && !held.isTold ? [whole(held.bracket)] : [];
    if (this.beginsKnown(line)) return this.anew(told, [line]);
    const net = netOf(line);
    this.depth += net;
    const end = line.at(-1) ?? '';
    if (end === '{' || end === '[') {
      this.held = { bracket: end, isTold: line !== end };
      return { told: line === end ? told : [...told, whole(line)], anew: [] };
    }
    const isObject = OBJECT.test(line);
    const isPart = isObject && this.first !== undefined && !this.isFirst(line);
    if (this.depth <= 0 || (isObject && !isPart)) this.since = undefined;
    return { told: [...told, { text: line, isPart }], anew: [] };
  }

  private anew(told: WholeLine[], lines: string[]): BehindBroken {
    this.since = undefined;
    return { told, anew: lines };
  }

  /** Whether a line is the beginning of the next object, as far as its first name is in it. */
  private beginsKnown(line: string): boolean {
    if (netOf(line) <= 0) return false;
    return this.first === undefined ? !/["']/.test(line) : /^[{[]/.test(line) && this.isFirst(line);
  }

  private isFirst(text: string): boolean {
    return this.first !== undefined && firstNameOf(text) === this.first;
  }
}

/** @returns the name that stands first in an object; undefined where it has not come yet */
export function firstNameOf(text: string): string | undefined {
  return FIRST_NAME.exec(text)?.[1];
}

/** @returns a line that is read as it stands */
export function whole(text: string): WholeLine {
  return { text, isPart: false };
}

/** @returns how many brackets a line opens more than it closes */
function netOf(line: string): number {
  let net = 0;
  for (const mark of line.replace(TEXTS, '')) {
    if (mark === '{' || mark === '[') net += 1;
    else if (mark === '}' || mark === ']') net -= 1;
  }
  return net;
}
