import { canvasLabel, variableOf } from './canvas-label';
import { connectionTest } from './connection-test';
import { rule, textOf } from './fields';

export const url = rule((text) => /^https?:\/\/[^\s@?#]+$/.test(text), 'schema-registry.invalid.url');

export const milliseconds = rule((text) => /^\d*$/.test(text), 'schema-registry.invalid.milliseconds');

/** @returns the address, or where it comes from */
export function label(node: EditorNode): string {
  const variable = variableOf(node.url);
  if (variable !== undefined) return canvasLabel(node, 'schema-registry.canvas.from-variable', { variable });
  return textOf(node.name) || textOf(node.url) || node.type;
}

export function prepare(node: EditorNode): void {
  const field = (name: string): JQuery => $(`#node-config-input-${name}`);
  const show = (): void => {
    const isPlain = String(field('url').val()).startsWith('http:');
    $('#schema-registry-plain-warning').toggle(isPlain && String(field('username').val()) !== '');
  };
  field('url').add(field('username')).on('change input', show);
  show();
  connectionTest(node);
}
