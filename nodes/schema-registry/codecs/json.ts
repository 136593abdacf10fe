import { isUtf8 } from 'node:buffer';
import vm from 'node:vm';
import { DATA_BOUNDS } from '../../shared/data-bounds';
import { excessOfJson } from '../../shared/json-extent';
import { parseExactly } from '../../shared/exact-json';
import { Validator, type Schema, type ValidationError } from '../../vendored/json-schema';
import { exceeds, withinBounds } from './budget';
import { DecodeError, MisfitError, requireNothing, type Codec, type SchemaSource } from './codec';

/** What the schema's own `#/...` refer to. */
const BASE = 'registry:///schema';
/** Nothing else runs while a value is checked. */
const MOST_MS = 1_000;
/**
 * Rules that may take a time which doubles with each letter or level: expressions, and rules that lead to others. To bound
 * their time costs more than checking a small value by the others does.
 */
const COSTLY = /"(?:pattern|patternProperties|format|uniqueItems|extends|\$ref)":/;

/**
 * Values are checked by the schema as they are written. As they are read they are not: what stands in the topic stands
 * there.
 * @throws Error that says what is wrong with the schema
 */
export function jsonCodec({ text, references }: SchemaSource): Codec {
  const schema = parseSchema(text);
  const validator = new Validator();
  let isCostly = COSTLY.test(JSON.stringify(schema));
  for (const { name, text: other } of references) {
    const referred = parseSchema(other);
    isCostly ||= COSTLY.test(JSON.stringify(referred));
    if (typeof referred === 'object') validator.addSchema(referred, new URL(name, BASE).href);
  }
  return {
    decode: (bytes, integers, meter, behindName) => {
      requireNothing(behindName);
      if (!isUtf8(bytes)) throw new DecodeError('it is not UTF-8');
      const excess = excessOfJson(bytes, DATA_BOUNDS);
      if (excess) throw exceeds(excess);
      try {
        return withinBounds(parseExactly(bytes.toString('utf8'), integers), meter);
      } catch (error) {
        if (error instanceof SyntaxError) throw new DecodeError(`it is not JSON: ${error.message}`);
        throw error;
      }
    },
    encode: (value) => {
      const json = toJson(value);
      // What is written, and not what it is made of: a Date is text there.
      const check = (): ValidationError[] =>
        validator.validate(JSON.parse(json), schema, { base: BASE }).errors;
      const [first] = isCostly ? inTime(check, value) : check();
      if (first) throw new MisfitError('rule', pathOf(first.path), first.instance, first.message);
      return Buffer.from(json);
    },
  };
}

const room = { check: (): unknown => undefined };
let script: vm.Script | undefined;

/** @throws MisfitError where it takes too long; what the check throws */
function inTime<T>(check: () => T, value: unknown): T {
  if (!script) {
    vm.createContext(room);
    script = new vm.Script('check()');
  }
  room.check = check;
  try {
    return script.runInContext(room, { timeout: MOST_MS }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new MisfitError('rule', '', value, `takes more than ${MOST_MS} ms to be checked by it`);
  } finally {
    room.check = () => undefined;
  }
}

function parseSchema(text: string): Schema {
  const schema: unknown = JSON.parse(text);
  // The library takes both, which its types leave out.
  if (typeof schema === 'boolean') return schema as unknown as Schema;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new Error('it is neither an object nor a boolean');
  return schema;
}

function toJson(value: unknown): string {
  // undefined where an object's own toJSON gives nothing, which the type of stringify does not tell
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    // A circle, or a bigint: the value itself tells which.
    json = undefined;
  }
  if (json === undefined) throw new MisfitError('type', '', value, 'JSON');
  return json;
}

function pathOf(steps: readonly (string | number)[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}
