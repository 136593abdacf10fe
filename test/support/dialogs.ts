import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import { DIALOGS, dialogBundle } from '../../tools/dialog-bundle.mjs';

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
  oneditprepare?(): void;
  oneditsave?(): void;
  /** @returns what stands on the node */
  label(this: unknown): string;
}

const NODES = path.join(__dirname, '../../nodes');
const SCRIPT = /<script type="text\/javascript">([\s\S]*?)<\/script>/g;

/**
 * Reads a node's dialog the way the editor does: by running the scripts of its HTML file, the one it loads first.
 * @param $ the editor's jQuery, as far as it is used: no dialog is open without, and no field has a value
 */
export function dialogOf(nodeType: string, $: unknown = () => ({ val: () => undefined })): Dialog {
  const html = readFileSync(path.join(NODES, nodeType, `${nodeType}.html`), 'utf8');
  const found = new Map<string, Dialog>();
  const accept = () => true;
  const RED = {
    nodes: { registerType: (type: string, dialog: Dialog) => found.set(type, dialog), node: () => undefined },
    validators: { number: () => accept, regex: () => accept, typedInput: () => accept },
    events: { on: () => undefined },
    _: (key: string) => key,
  };
  const context = vm.createContext({ RED, $, Intl, URL, TextEncoder });
  vm.runInContext(`var window = globalThis;\n${loadedBy(nodeType)}`, context);
  for (const [, script] of html.matchAll(SCRIPT)) vm.runInContext(script ?? '', context);
  const dialog = found.get(nodeType);
  if (!dialog) throw new Error(`${nodeType}.html registers no node of that type`);
  return dialog;
}

const loaded = new Map<string, string>();

/** @returns the script that a dialog loads out of resources/, built as it is today */
function loadedBy(nodeType: string): string {
  let script = loaded.get(nodeType);
  if (script === undefined) {
    const built = DIALOGS.includes(nodeType)
      ? buildSync({ ...dialogBundle(nodeType), write: false })
      : undefined;
    script = built?.outputFiles?.[0]?.text ?? '';
    loaded.set(nodeType, script);
  }
  return script;
}

/** @returns how the editor looks up a text of a node's catalog */
export function textsIn(
  language: string,
  nodeType: string,
): (key: string, params?: Record<string, string>) => string {
  const file = path.join(NODES, nodeType, 'locales', language, `${nodeType}.json`);
  const catalog = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  return (key, params = {}) => {
    const text = key
      .split('.')
      .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], catalog);
    if (typeof text !== 'string') throw new Error(`no text ${key} in ${language}`);
    return text.replace(/__(\w+)__/g, (_, name: string) => params[name] ?? '');
  };
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
