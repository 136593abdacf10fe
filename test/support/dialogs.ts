import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

/** A property of a node as its dialog declares it. */
export interface DialogProperty {
  value?: unknown;
  /** the type of the config node that the property names */
  type?: string;
  required?: boolean;
  validate?: (this: unknown, value: unknown) => boolean | string;
}

/** What a node tells the editor about itself. */
export interface Dialog {
  category: string;
  defaults: Record<string, DialogProperty>;
  credentials?: Record<string, { type: string }>;
  inputs?: number;
  outputs?: number;
  /** @returns what stands on the node */
  label(this: unknown): string;
}

const NODES = path.join(__dirname, '../../nodes');
const SCRIPT = /<script type="text\/javascript">([\s\S]*?)<\/script>/g;

/** Reads a node's dialog the way the editor does: by running the script of its HTML file. */
export function dialogOf(nodeType: string): Dialog {
  const html = readFileSync(path.join(NODES, nodeType, `${nodeType}.html`), 'utf8');
  const found = new Map<string, Dialog>();
  const accept = () => true;
  const RED = {
    nodes: { registerType: (type: string, dialog: Dialog) => found.set(type, dialog), node: () => undefined },
    validators: { number: () => accept, regex: () => accept, typedInput: () => accept },
    events: { on: () => undefined },
    _: (key: string) => key,
  };
  // No dialog is open: no field has a value.
  const $ = () => ({ val: () => undefined });
  const context = vm.createContext({ RED, $, Intl, URL });
  for (const [, script] of html.matchAll(SCRIPT)) vm.runInContext(script ?? '', context);
  const dialog = found.get(nodeType);
  if (!dialog) throw new Error(`${nodeType}.html registers no node of that type`);
  return dialog;
}

/** @returns the names of the properties that the editor would mark as invalid. */
export function invalidProperties(dialog: Dialog, node: Record<string, unknown>): string[] {
  return Object.entries(dialog.defaults)
    .filter(([name, { required, validate }]) => {
      const value = node[name];
      if (required && (value === undefined || value === null || value === '')) return true;
      return validate !== undefined && validate.call({ ...node, _: (key: string) => key }, value) !== true;
    })
    .map(([name]) => name);
}
