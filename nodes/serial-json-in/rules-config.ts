import { FieldReader } from '../shared/field-reader';
import type { LineRules } from './lines/line-reader';
import { readLines, readNames, readRanges, readRenames } from './mapping/setting-lines';
import type { SerialJsonInDef } from './types';

/** Reads the dialog's fields. */
export const fields = new FieldReader({
  unset: 'serial-json-in.errors.unset-variable',
  choice: 'serial-json-in.errors.not-a-choice',
  number: 'serial-json-in.errors.not-a-number',
});

const CHECKSUMS = ['optional', 'required'] as const;
const SHAPES = ['json', 'csv', 'pairs'] as const;
const NUMBERS = ['lenient', 'strict'] as const;

/**
 * Reads the settings that say how lines are understood; the preview of the dialog reads them as the node does.
 * @throws UserError that names the field and its value
 */
export function readLineRules(def: Partial<SerialJsonInDef>): LineRules {
  const nodeFields = readNames(fields.text(def.nodeField, 'nodeField'));
  const rename = readRenames(fields.text(def.rename, 'rename'));
  const named = (names: readonly string[]): string[] => withBoardNames(names, rename);
  const namesNode = [...rename].filter(([, to]) => to === 'nodo').map(([from]) => from);
  return {
    lenient: fields.choice(def.numbers, 'numbers', NUMBERS) === 'lenient',
    checksumRequired: fields.choice(def.checksum, 'checksum', CHECKSUMS) === 'required',
    shape: fields.choice(def.shape, 'shape', SHAPES),
    columns: readNames(fields.text(def.columns, 'columns')),
    ignore: readLines(fields.text(def.ignore, 'ignore')),
    mapping: {
      nodeFields: [...new Set([...named(nodeFields.length > 0 ? nodeFields : ['nodo']), ...namesNode])],
      defaultNode: fields.text(def.defaultNode, 'defaultNode'),
      rename,
      textNumbers: def.textNumbers === true,
      flatten: def.flatten === true,
      timeFields: named([fields.text(def.timeField, 'timeField')]),
      sequenceFields: named([fields.text(def.sequence, 'sequence')]),
    },
    plausible: {
      nodes: readNames(fields.text(def.nodes, 'nodes')),
      variables: readRanges(fields.text(def.variables, 'variables')),
      onlyVariables: def.onlyVariables === true,
    },
  };
}

/** A setting may name a field as the board does, or as the reading does once it is renamed. */
function withBoardNames(names: readonly string[], rename: ReadonlyMap<string, string>): string[] {
  const given = names.filter((name) => name !== '');
  const before = [...rename].filter(([, to]) => given.includes(to)).map(([from]) => from);
  return [...given, ...before];
}
