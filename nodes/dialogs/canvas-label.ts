import { namesVariable, textOf } from './fields';

/**
 * @param key the catalog text of what the node does, filled in by `params`
 * @returns what stands on a node: its name, or what it does
 */
export function canvasLabel(node: EditorNode, key: string, params: Record<string, string> = {}): string {
  const name = textOf(node.name);
  if (name !== '') return name;
  // A node that is only shown, in a preview for instance, has no catalog yet.
  return typeof node._ === 'function' ? node._(key, params) : node.type;
}

/** @returns what stands in a field, or nothing where a variable of the runtime does, of which the editor knows no value */
export function shownValue(value: unknown): string {
  const text = textOf(value);
  return namesVariable(text) ? '' : text;
}

/** @returns the name of the variable that an address comes from, if it is one */
export function variableOf(value: unknown): string | undefined {
  return /^\$\{([^}]+)\}$/.exec(textOf(value))?.[1];
}
