import { UserError, shorten } from '../../shared/user-error';
import type { TypedValue } from '../config';

type Message = Record<string, unknown>;

/** Gives a field's value for a message; a promise only where the value's type needs one. */
export type Evaluate = (message: Message) => unknown;

/** The parts of Node-RED that evaluate typed inputs. */
export interface Evaluator {
  /** a property of a message, by its path */
  property(message: Message, path: string): unknown;
  /** any other type: flow, global, env, jsonata, ... */
  prepare(typed: TypedValue): Evaluate;
}

const PLAIN_NAME = /^[a-zA-Z_$][\w$]*$/;

/**
 * @param field its name as the catalogs know it
 * @returns the function for a typed input, chosen once so that each message costs as little as it can
 */
export function evaluateTyped(typed: TypedValue, field: string, evaluator: Evaluator): Evaluate {
  const { type, value } = typed;
  switch (type) {
    case 'str':
    case 'num':
      return () => value;
    case 'json': {
      const parsed = parseJson(value, field);
      return () => parsed;
    }
    case 'msg':
      if (value === '') return () => undefined;
      if (PLAIN_NAME.test(value)) return (message) => message[value];
      return (message) => evaluator.property(message, value);
    default:
      return evaluator.prepare(typed);
  }
}

function parseJson(text: string, field: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const params = { field, value: shorten(text) };
    throw new UserError('kafka-producer.errors.json-field', params, { cause: error });
  }
}
