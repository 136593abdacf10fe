import type { Explain } from './explain';
import { localClock } from './lines/local-time';
import { SerialReader } from './port/serial-reader';
import { readLineRules } from './rules-config';
import type { SerialJsonInDef } from './types';

/** What the dialog's preview shows of a line, in the order of the text. */
export type PreviewItem =
  { reading: Record<string, unknown>; repaired: string[] } | { rejected: string; line: string };

/** Lines of a preview come from a person's clipboard. */
const LONGEST = 16 * 1024;

/**
 * Reads lines as the node would with these settings.
 * @param def the settings as they stand in the dialog
 * @param text one line or several
 * @throws UserError about a setting that cannot be used
 */
export function previewOf(def: Partial<SerialJsonInDef>, text: string, explain: Explain): PreviewItem[] {
  const items: PreviewItem[] = [];
  const reader = new SerialReader(
    {
      port: '',
      maxLineLength: LONGEST,
      rules: readLineRules(def),
      clock: localClock(def.timeZone ?? ''),
      explain,
    },
    {
      reading: ({ payload, repaired = [] }) =>
        items.push({
          reading: payload,
          repaired: repaired.map(({ field, found }) => (field === '' ? found : `${field} (${found})`)),
        }),
      rejected: ({ payload, error }) => items.push({ rejected: error.message, line: String(payload) }),
    },
  );
  // An empty line before them: none of these is the rest of one that had begun before.
  reader.bytes(Buffer.from(`\n${text.slice(0, LONGEST)}\n`));
  return items;
}
