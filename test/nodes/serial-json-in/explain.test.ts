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
  const [item] = previewOf(settings, line, explain);
  return item && 'rejected' in item ? item.rejected : undefined;
}

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
  ] as [string, string, Partial<SerialJsonInDef>?][]) {
    it(`names position, field and value of ${JSON.stringify(line)}`, () => {
      assert.equal(reasonOf(line, settings), reason);
    });
  }
});
