import { readLineRules } from '../../../../nodes/serial-json-in/rules-config';
import type { LineRules } from '../../../../nodes/serial-json-in/lines/line-reader';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';

/** @returns the rules of a node with these settings, all others left as they are in a new one's dialog */
export function rulesOf(settings: Partial<SerialJsonInDef> = {}): LineRules {
  return readLineRules({ sequence: 'seq', ...settings });
}
