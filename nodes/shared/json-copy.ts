import { types } from 'node:util';
import { DATA_BOUNDS, describeExcess, type DataBounds } from './data-bounds';

/** What a value that is written as JSON may be: beside the bounds of data, the characters of its texts and names. */
export interface JsonBounds extends DataBounds {
  readonly characters: number;
}

/** Twice what most brokers take, and what a writer of JSON still manages in one go. */
export const JSON_BOUNDS: JsonBounds = { ...DATA_BOUNDS, characters: 64 * 1024 * 1024 };

/** A value is larger than JSON may be here. The message says in English which bound it passes. */
export class TooLargeForJson extends Error {
  override readonly name = 'TooLargeForJson';
}

/**
 * Copies a value as JSON.stringify would write it, within bounds: an array that says it is four thousand million elements
 * long is refused before its first. Each field is read once, so that what is written is what was looked at.
 * @returns a tree of plain objects and arrays, for JSON.stringify
 * @throws TooLargeForJson; or whatever the value throws when it is read
 */
export function jsonCopy(value: unknown, bounds: JsonBounds = JSON_BOUNDS): unknown {
  return new Copier(bounds).value('', value, 0);
}

class Copier {
  private fieldCount = 0;
  private elementCount = 0;
  private characters = 0;

  constructor(private readonly bounds: JsonBounds) {}

  value(name: string, given: unknown, depth: number): unknown {
    if (typeof given === 'string') return this.text(given);
    if (typeof given !== 'object' || given === null) return given;
    if (ArrayBuffer.isView(given)) this.bytes(given);
    const value = hasToJson(given) ? given.toJSON(name) : given;
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null || types.isBoxedPrimitive(value)) return value;
    if (depth >= this.bounds.depth) throw this.beyond('depth');
    return Array.isArray(value) ? this.elements(value, depth) : this.fields(value, depth);
  }

  private text(text: string): string {
    this.characters += text.length;
    if (this.characters > this.bounds.characters)
      throw new TooLargeForJson(`more than ${this.bounds.characters} characters`);
    return text;
  }

  /** Before they become numbers, each an element. */
  private bytes({ byteLength }: ArrayBufferView): void {
    if (this.elementCount + byteLength > this.bounds.elements) throw this.beyond('elements');
  }

  private elements(value: readonly unknown[], depth: number): unknown[] {
    this.elementCount += value.length;
    if (this.elementCount > this.bounds.elements) throw this.beyond('elements');
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) copy.push(this.value(String(i), value[i], depth + 1));
    return copy;
  }

  private fields(value: object, depth: number): object {
    const names = Object.keys(value);
    this.fieldCount += names.length;
    if (this.fieldCount > this.bounds.fields) throw this.beyond('fields');
    const copy: Record<string, unknown> = {};
    for (const name of names) {
      if (name.length > this.bounds.name) throw this.beyond('name');
      const field = this.value(name, (value as Record<string, unknown>)[name], depth + 1);
      if (name === 'nodo' && depth === 0 && typeof field === 'string' && field.length > this.bounds.nodo)
        throw this.beyond('nodo');
      if (name === '__proto__') defineField(copy, name, field);
      else copy[name] = field;
    }
    return copy;
  }

  private beyond(bound: keyof DataBounds): TooLargeForJson {
    return new TooLargeForJson(describeExcess({ bound, limit: this.bounds[bound] }));
  }
}

function defineField(copy: object, name: string, value: unknown): void {
  Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true });
}

function hasToJson(value: object): value is { toJSON(name: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
