/** Levels of objects and arrays that are shown: what contains itself has no end. */
const MAX_DEPTH = 100;
/** Values that are written at most, however short each is: more takes so long that others notice. */
const MAX_VALUES = 100_000;

/**
 * A value as JSON, for people and for what is kept of it. Whatever it is: reading it may throw, it may contain itself,
 * or say that it has four thousand million elements. No more of it is read than is shown.
 * @param max a text that is longer is of a value that goes on
 * @returns the JSON of it, or its beginning: a little more than `max` characters, or of so many values. Integers of any size as digits; what JSON
 *   has no form for, or what can't be read, by its type
 */
export function shownValue(value: unknown, max: number): string {
  try {
    const writer = new Writer(max);
    writer.value('', value, 0);
    return writer.text === '' ? String(value) : writer.text;
  } catch {
    // What is thrown is the value's own and may be anything: its type is what can be said of it.
    return typeName(value);
  }
}

/** @returns a value's kind as `[object Date]`, whatever it does when it is asked */
function typeName(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return `[${typeof value}]`;
  }
}

class Writer {
  text = '';
  private values = 0;

  constructor(private readonly max: number) {}

  /** Writes what JSON.stringify would; nothing for what it leaves out. */
  value(name: string, given: unknown, depth: number): void {
    this.values++;
    const value = this.jsonOf(name, given);
    switch (typeof value) {
      case 'string':
        this.text += JSON.stringify(value.slice(0, this.left));
        return;
      case 'bigint':
        this.text += value.toString();
        return;
      case 'number':
      case 'boolean':
        this.text += JSON.stringify(value);
        return;
      case 'object':
        this.object(value, depth);
        return;
      case 'undefined':
      case 'function':
      case 'symbol':
        return;
    }
  }

  private jsonOf(name: string, given: unknown): unknown {
    // Its toJSON makes a number of each byte there is.
    if (Buffer.isBuffer(given)) return given.subarray(0, Math.min(this.left, MAX_VALUES)).toJSON();
    return hasToJson(given) ? given.toJSON(name) : given;
  }

  private get left(): number {
    return this.values > MAX_VALUES ? 0 : Math.max(0, this.max + 1 - this.text.length);
  }

  private object(value: object | null, depth: number): void {
    if (value === null || isBoxed(value)) this.text += JSON.stringify(value);
    else if (depth >= MAX_DEPTH) this.text += '…';
    else if (Array.isArray(value)) this.array(value, depth);
    else this.fields(value as Record<string, unknown>, depth);
  }

  private array(elements: readonly unknown[], depth: number): void {
    this.text += '[';
    for (let i = 0; i < elements.length && this.left > 0; i++) {
      if (i > 0) this.text += ',';
      const before = this.text.length;
      this.value(String(i), elements[i], depth + 1);
      if (this.text.length === before) this.text += 'null';
    }
    this.text += ']';
  }

  private fields(fields: Record<string, unknown>, depth: number): void {
    this.text += '{';
    let first = true;
    for (const name of ArrayBuffer.isView(fields) ? this.indexesOf(fields) : Object.keys(fields)) {
      if (this.left === 0) break;
      const before = this.text;
      this.text += `${first ? '' : ','}${JSON.stringify(name.slice(0, this.left))}:`;
      const named = this.text.length;
      this.value(name, fields[name], depth + 1);
      if (this.text.length === named) this.text = before;
      else first = false;
    }
    this.text += '}';
  }

  /** Object.keys would make a text of each number of a large array. */
  private indexesOf(view: ArrayBufferView): string[] {
    const length = 'length' in view ? Number(view.length) : 0;
    return Array.from({ length: Math.min(length, this.left, MAX_VALUES) }, (_, i) => String(i));
  }
}

function hasToJson(value: unknown): value is { toJSON(name: string): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean;
}
