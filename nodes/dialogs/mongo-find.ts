import { canvasLabel, shownValue } from './canvas-label';
import { isWholeNumber, namesVariable, rule, textOf } from './fields';
import { openChangedFolds } from './folds';

const TYPES = ['msg', 'json', 'jsonata', 'flow', 'global', 'env'];

export const collection = rule(
  (text) => /^[^$]{1,200}$/.test(text) && !/^\.|\.$|\.\./.test(text),
  'mongo-find.validation.collection',
);

/** An empty field stands for the node's own number. */
export function wholeNumber(max: number): Validator {
  return rule((text) => text === '' || isWholeNumber(text, 1, max), 'mongo-find.validation.number', { max });
}

/** A JSON object, or nothing. */
export const object = rule((text) => text === '' || isObject(text), 'mongo-find.validation.object');

/** What the typed input holds, checked as its type wants it. */
export function query(this: EditorNode, value: unknown, options?: unknown): boolean | string {
  const check = RED.validators.typedInput('queryType');
  return value === '' || namesVariable(textOf(value)) || check.call(this, value, options);
}

/** @returns what the node does, as far as the editor knows it */
export function label(node: EditorNode): string {
  const collection = shownValue(node.collection);
  const operation = textOf(node.operation) || 'find';
  return collection === ''
    ? canvasLabel(node, 'mongo-find.canvas.find-somewhere')
    : canvasLabel(node, `mongo-find.canvas.${operation}`, { collection });
}

export function prepare(node: EditorNode): void {
  $('#node-input-query').typedInput({ default: 'msg', types: TYPES, typeField: $('#node-input-queryType') });
  const show = (): void => {
    const operation = $('#node-input-operation').val();
    const lists = operation === 'find' || operation === 'aggregate';
    $('#mongo-find-find').toggle(operation === 'find');
    $('#mongo-find-output').toggle(lists);
    $('#mongo-find-page').toggle(lists && $('#node-input-output').val() === 'pages');
    $('#mongo-find-writes').toggle(operation === 'aggregate');
  };
  $('#node-input-operation, #node-input-output').on('change', show);
  show();
  openChangedFolds(node);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
