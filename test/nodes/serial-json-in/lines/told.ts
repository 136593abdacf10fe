import { LineReader } from '../../../../nodes/serial-json-in/lines/line-reader';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import { rawLine } from '../../../support/raw-line';
import { rulesOf } from './rules';

const NOW = Date.UTC(2021, 10, 20, 20, 4, 5);

/**
 * Reads the lines of one board, one after the other.
 * @returns of each reading its values without fecha and hora, of each other line the reason
 */
export function toldOf(
  lines: readonly (string | Buffer)[],
  settings: Partial<SerialJsonInDef> = {},
): unknown[] {
  const reader = new LineReader(rulesOf(settings), () => ({ fecha: 'f', hora: 'h' }));
  return lines
    .flatMap((line) => reader.read(rawLine(line), false, NOW))
    .map((content) => {
      if (content.kind === 'rejected') return content.reason;
      const values: Record<string, unknown> = { ...content.reading };
      delete values.fecha;
      delete values.hora;
      return values;
    });
}
