import assert from 'node:assert/strict';
import { dialogOf, invalidProperties, textsIn } from '../../support/dialogs';

describe('serial-json-in: the dialog', () => {
  const dialog = dialogOf('serial-json-in');
  const valuesWith = (values: Record<string, unknown>): Record<string, unknown> => ({
    ...Object.fromEntries(Object.entries(dialog.defaults).map(([name, { value }]) => [name, value])),
    path: '/dev/ttyUSB0',
    ...values,
  });
  const invalidWith = (values: Record<string, unknown>): string[] =>
    invalidProperties(dialog, valuesWith(values));

  it('takes what the node takes, variables of the environment too', () => {
    for (const values of [
      {},
      {
        path: '${PORT}',
        baudRate: '${BAUD}',
        timeZone: '${ZONE}',
        rename: '${NAMES}',
        variables: '${RANGES}',
      },
      { baudRate: 115200, maxLineLength: '1', timeZone: 'America/Bogota' },
      {
        rename: 'temp = temperatura\nhum=humedad; a b = c',
        variables: 'temperatura: -20..60\nhumedad: ..100\nco2',
      },
      { rename: 'a = b, c = d', variables: 't: -40,5..+85,5, h' },
    ]) {
      assert.deepEqual(invalidWith(values), [], JSON.stringify(values));
    }
  });

  it('marks what the node would refuse', () => {
    assert.deepEqual(invalidWith({ path: ' ' }), ['path']);
    assert.deepEqual(invalidWith({ baudRate: '9600.5', maxLineLength: '0' }), ['baudRate', 'maxLineLength']);
    assert.deepEqual(invalidWith({ baudRate: '4000001' }), ['baudRate']);
    assert.deepEqual(invalidWith({ timeZone: 'Bogota' }), ['timeZone']);
    assert.deepEqual(invalidWith({ rename: 'a = b\nc =', variables: 'a: 1-2' }), ['rename', 'variables']);
    assert.deepEqual(invalidWith({ variables: 'a: 0...5' }), ['variables']);
    assert.deepEqual(invalidWith({ variables: 'a: 5..1' }), ['variables']);
  });

  it('names the line that is wrong, and says on the node what it reads', () => {
    for (const language of ['en-US', 'es']) {
      const _ = textsIn(language, 'serial-json-in');
      const wrong = dialog.defaults.rename?.validate as (
        this: unknown,
        value: string,
        options: object,
      ) => string;
      assert.match(wrong.call({ _ }, 'a = b\nc =', {}), /c =/);
      const node = { type: 'serial-json-in', _ };
      assert.match(dialog.label.call({ ...node, path: '/dev/ttyUSB0' }), /ttyUSB0/);
      assert.doesNotMatch(dialog.label.call({ ...node, path: '${PORT}' }), /PORT/);
      assert.equal(dialog.label.call({ ...node, name: 'board', path: '/dev/ttyUSB0' }), 'board');
    }
  });
});
