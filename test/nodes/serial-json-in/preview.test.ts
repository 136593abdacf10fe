import assert from 'node:assert/strict';
import { previewOf } from '../../../nodes/serial-json-in/preview';
import { UserError } from '../../../nodes/shared/user-error';

describe("the dialog's preview of serial-json-in", () => {
  it('shows what the node would make of each line, by the settings in the dialog', () => {
    const text = '{"id":"a","Temp 1":nan}\r\nhello\n\n{"id":"b","Temp 1":"21 C"}';
    const settings = { nodeField: 'id', rename: 'Temp 1 = temperatura', textNumbers: true };
    const items = previewOf(settings, text, (reason) => `because ${reason}`).map((item) => {
      if ('rejected' in item) return item;
      const { nodo, temperatura } = item.reading;
      return { nodo, temperatura, repaired: item.repaired };
    });
    assert.deepEqual(items, [
      { nodo: 'a', temperatura: null, repaired: ['Temp 1 (nan)'] },
      { rejected: 'because not-json', line: 'hello' },
      { nodo: 'b', temperatura: 21, repaired: [] },
    ]);
  });

  it('refuses a setting as the node does', () => {
    assert.throws(() => previewOf({ variables: 't: hot' }, 'x', (reason) => reason), UserError);
  });
});
