import { rangeIn, rangeLines, renameIn, renameLines } from '../shared/serial-settings';
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
export const renames = eachLine(renameLines, renameIn, 'serial-json-in.validation.rename');
export const ranges = eachLine(rangeLines, rangeIn, 'serial-json-in.validation.range');

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
function eachLine(
  lines: (text: string) => string[],
  read: (line: string) => unknown,
  key: string,
): Validator {
  return function (value, options) {
    const wrong = lines(textOf(value)).find((line) => !namesVariable(line) && read(line) === undefined);
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
