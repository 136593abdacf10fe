import assert from 'node:assert/strict';
import { i18n } from '@node-red/util';
import { explainer } from '../../../nodes/serial-json-in/explain';
import { previewOf } from '../../../nodes/serial-json-in/preview';
import type { SerialJsonInDef } from '../../../nodes/serial-json-in/types';
import { translator } from '../../../nodes/shared/translate';
import { loadTexts } from '../../support/texts';

const explain = explainer(translator({ _: (key, params) => i18n._(key, { ...params }) }));

/** Why a line is no reading, as a person is told. */
function reasonOf(line: string, settings: Partial<SerialJsonInDef> = {}): string | undefined {
  const item = previewOf(settings, line, explain).at(-1);
  return item && 'rejected' in item ? item.rejected : undefined;
}

const PAIRS: Partial<SerialJsonInDef> = { shape: 'pairs', defaultNode: 'a' };

describe('what is said of a rejected line', () => {
  before(() => loadTexts('serial-json-in'));

  for (const [line, reason, settings] of [
    [
      '{"nodo":"a","t":hot,"u":1}',
      'the line is not JSON: a value was expected at character 17, and "hot" stands there (in the field t)',
    ],
    [
      '{"nodo":"a",\u0011"t":1}',
      `the line is not JSON: a field's name in quotes was expected at character 13, and "\\x11"t":1}" stands there`,
    ],
    [
      '{"nodo":"a","t":1,234}',
      'the line is not JSON: the comma of "1,234" at character 17 may be that of decimals or that of thousands (in the field t)',
    ],
    ['t:1,234', 't is in doubt: the comma of "1,234" may be that of decimals or that of thousands', PAIRS],
    ['t:1\nt:2\nt:6p', 't is in doubt: "6p" is no number, and its values before were', PAIRS],
    ['t:1\nt:2\nt:6%', 't is in doubt: "6%" has a unit, and its values before had none', PAIRS],
    [
      't:1 mV\nt:2 mV\nt:3 V',
      't is in doubt: the unit of "3 V" is not the one that its values before had (mv)',
      PAIRS,
    ],
    [
      't:\u00001',
      'its character 3 is 0x00, which stands in no text: bytes were damaged on the way, or the text is in another encoding, as UTF-16',
      PAIRS,
    ],
    [
      'entry 0x400805e4',
      "the board's own system prints this when it starts or fails: it is no reading",
      PAIRS,
    ],
    [
      'heap 12345',
      'the line does not fit the columns: it has words in place of its values that have not come before, as a log has',
      { shape: 'csv', columns: 't, h', defaultNode: 'a' },
    ],
  ] as [string, string, Partial<SerialJsonInDef>?][]) {
    it(`names position, field and value of ${JSON.stringify(line)}`, () => {
      assert.equal(reasonOf(line, settings), reason);
    });
  }
});
