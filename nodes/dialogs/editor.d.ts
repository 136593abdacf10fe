/** What the dialogs use of Node-RED's editor. */

/** A node as the editor keeps it: its properties, and what its dialog's functions are called on. */
interface EditorNode {
  id: string;
  type: string;
  _def: { defaults: object; credentials?: object };
  /** Looks up a text of the node's catalog, in the browser's language. */
  _(key: string, params?: Record<string, string | number>): string;
  [property: string]: unknown;
}

/** @returns true, or why the value can't be; false where nobody asked for the reason (no `options`) */
type Validator = (this: EditorNode, value: unknown, options?: unknown) => boolean | string;

/** One type of a typed input; see https://nodered.org/docs/api/ui/typedInput/ */
interface TypedInputType {
  value: string;
  label: string;
  icon: string;
  validate(value: string): boolean | string;
}

interface TypedInputOptions {
  default: string;
  types: (string | TypedInputType)[];
  typeField: JQuery;
}

interface JQuery {
  typedInput(options: TypedInputOptions): JQuery;
}

/** One line of a menu; see https://nodered.org/docs/api/ui/ for the editor's widgets. */
interface MenuOption {
  value: string;
  label: JQuery;
}

interface MenuOptions {
  tabSelect: boolean;
  width: number;
  maxHeight: number;
  options: MenuOption[];
  onselect(option: MenuOption): void;
  onclose(): void;
}

declare const RED: {
  notify(text: string, type: 'error'): void;
  popover: { menu(options: MenuOptions): { show(where: { target: JQuery }): void } };
  nodes: { eachNode(visit: (node: EditorNode) => void): void };
  settings: { httpNodeRoot?: string };
  validators: { typedInput(typeField: string): Validator };
};
