/** What may come next. */
type Expected =
  /** a name, or the end of the object */
  | 'name'
  | 'colon'
  | 'value'
  /** a comma, or the end of the object or list */
  | 'comma'
  /** another object, or what stands behind one: nothing is open */
  | 'nothing';

/** A text, a mark of JSON, a comment, or a word: what boards print in place of JSON is told when the whole is read. */
const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<mark>[{}[\],:])|(?<comment>\/\/.*|\/\*.*?\*\/)|(?<word>[^\s{}[\],:"']+)|$)/y;
/** Behind the comma of a number: 23,5. */
const DECIMALS = /^[\d.]+$/;

/**
 * Knows what of an object is open, line by line, and whether a line can be the next of it. No text of JSON goes over a line
 * end, so that each line is a row of whole tokens.
 */
export class OpenJson {
  private open: string[] = [];
  private expected: Expected = 'nothing';

  get isOpen(): boolean {
    return this.open.length > 0;
  }

  /** How many objects and lists are open inside of each other. */
  get depth(): number {
    return this.open.length;
  }

  /** Whether an object is expected that stands in no list: right behind a name. */
  get awaitsNamed(): boolean {
    return this.expected === 'value' && this.innermost === '{';
  }

  /** @returns whether the line goes on from here; else nothing has changed */
  take(line: string): boolean {
    const { open, expected } = this;
    this.open = [...open];
    if (this.takeTokens(line)) return true;
    this.open = open;
    this.expected = expected;
    return false;
  }

  clear(): void {
    this.open = [];
    this.expected = 'nothing';
  }

  private takeTokens(line: string): boolean {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < line.length) {
      const { lastIndex } = TOKEN;
      const groups = TOKEN.exec(line)?.groups;
      // Behind the end of an object anything may stand: whoever reads it says what is wrong with it.
      if (!groups && !this.isOpen) return true;
      if (!groups || TOKEN.lastIndex === lastIndex) return false;
      const { text, mark, word } = groups;
      if (mark !== undefined ? !this.mark(mark) : !this.scalar(text, word)) return false;
    }
    return true;
  }

  private scalar(text: string | undefined, word: string | undefined): boolean {
    if (text === undefined && word === undefined) return true;
    switch (this.expected) {
      case 'name':
        this.expected = word !== undefined && DECIMALS.test(word) ? 'comma' : 'colon';
        return true;
      case 'value':
        this.expected = 'comma';
        return true;
      case 'nothing':
        return true;
      case 'colon':
      case 'comma':
        return false;
    }
  }

  private mark(mark: string): boolean {
    const { expected } = this;
    switch (mark) {
      case '{':
      case '[':
        if (expected !== 'value' && expected !== 'nothing') return false;
        this.open.push(mark);
        this.expected = mark === '{' ? 'name' : 'value';
        return true;
      case '}':
      case ']':
        if (this.open.pop() !== (mark === '}' ? '{' : '[') || expected === 'colon') return false;
        this.expected = this.isOpen ? 'comma' : 'nothing';
        return true;
      case ':':
        if (expected === 'colon') this.expected = 'value';
        return expected === 'colon' || expected === 'nothing';
      default:
        // Nothing before a comma is a value that the board has not.
        if (expected === 'name' || expected === 'colon') return false;
        if (this.isOpen) this.expected = this.innermost === '{' ? 'name' : 'value';
        return true;
    }
  }

  private get innermost(): string | undefined {
    return this.open.at(-1);
  }
}
