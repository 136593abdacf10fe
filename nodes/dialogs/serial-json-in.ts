import { canvasLabel, shownValue } from './canvas-label';
import { isWholeNumber, namesVariable, rule, textOf } from './fields';
import { choosePort } from './serial-ports';
import { showPreview } from './serial-preview';

export const path = rule((text) => text !== '', 'serial-json-in.validation.path');
export const timeZone = rule(
  (text) => text === '' || isTimeZone(text),
  'serial-json-in.validation.time-zone',
);
/** As the node reads them: `Temp 1 = temperatura`, `temperatura: -40..85`. */
export const renames = eachLine((line) => {
  const [name, other] = atLast(line, '=');
  return name !== '' && other !== undefined && other !== '';
}, 'serial-json-in.validation.rename');
const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
export const ranges = eachLine((line) => {
  const [name, range] = atLast(line, ':');
  if (range === undefined) return true;
  const bounds = range.split('..').map((bound) => bound.trim());
  return name !== '' && bounds.length === 2 && bounds.every((bound) => bound === '' || NUMBER.test(bound));
}, 'serial-json-in.validation.range');

/** What a flow that was saved earlier lacks, as the node takes it. */
const EARLIER = {
  modemLines: 'system',
  shape: 'json',
  numbers: 'lenient',
  nodeField: 'nodo',
  checksum: 'optional',
};

export function wholeNumber(max: number): Validator {
  return rule((text) => isWholeNumber(text, 1, max), 'serial-json-in.validation.number', { max });
}

export function label(node: EditorNode): string {
  const port = shownValue(node.path);
  return port === ''
    ? canvasLabel(node, 'serial-json-in.canvas.read-somewhere')
    : canvasLabel(node, 'serial-json-in.canvas.reads', { path: port });
}

export function prepare(node: EditorNode): void {
  $('#node-input-list-ports').on('click', () => choosePort(node, $('#node-input-path')));
  for (const [name, value] of Object.entries(EARLIER)) {
    if (node[name] === undefined) $(`#node-input-${name}`).val(value);
  }
  showPreview(node);
  const shape = $('#node-input-shape');
  const show = (): void => {
    rowOf('columns').toggle(shape.val() === 'csv');
    rowOf('numbers').toggle(shape.val() === 'json');
  };
  shape.on('change', show);
  show();
  const zones = $('#serial-json-in-time-zones');
  for (const zone of Intl.supportedValuesOf('timeZone')) zones.append($('<option>').val(zone));
}

const rowOf = (name: string): JQuery => $(`#node-input-${name}`).closest('.form-row');

/** Of a setting with one thing a line. @param key the catalog text that says how a line has to be; gets the wrong `line` */
/** @returns what stands before and behind the last of a character; all and undefined where it does not stand there */
function atLast(line: string, separator: string): [string, string | undefined] {
  const at = line.lastIndexOf(separator);
  return at < 0 ? [line, undefined] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function eachLine(isRight: (line: string) => boolean, key: string): Validator {
  return function (value, options) {
    const lines = textOf(value)
      .split(/[\n;]/)
      .map((line) => line.trim());
    const wrong = lines.find((line) => line !== '' && !namesVariable(line) && !isRight(line));
    if (wrong === undefined) return true;
    return options ? this._(key, { line: wrong }) : false;
  };
}

function isTimeZone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: text }));
  } catch {
    return false;
  }
}
