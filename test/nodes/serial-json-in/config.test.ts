import assert from 'node:assert/strict';
import { readConfig } from '../../../nodes/serial-json-in/config';
import type { SerialJsonInDef } from '../../../nodes/serial-json-in/types';
import { UserError } from '../../../nodes/shared/user-error';

const BASE = { id: 'n', type: 'serial-json-in', name: '', z: '' };

function read(settings: Partial<SerialJsonInDef>) {
  return readConfig({ ...BASE, path: '/dev/ttyACM0', ...settings });
}

describe('readConfig of serial-json-in', () => {
  it('takes 9600 8-N-1 where nothing else is said', () => {
    assert.deepEqual(read({}), {
      path: '/dev/ttyACM0',
      format: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
      maxLineLength: 4096,
      timeZone: '',
    });
  });

  it('takes what the dialog saved', () => {
    const config = read({
      path: ' COM3 ',
      baudRate: '115200',
      dataBits: '7',
      parity: 'even',
      stopBits: '1.5',
      maxLineLength: '100',
      timeZone: 'America/Bogota',
    });
    assert.deepEqual(config, {
      path: 'COM3',
      format: { baudRate: 115200, dataBits: 7, parity: 'even', stopBits: 1.5 },
      maxLineLength: 100,
      timeZone: 'America/Bogota',
    });
  });

  for (const [settings, error, value] of [
    [{ path: '  ' }, 'no-path', undefined],
    [{ path: '${SERIAL_PATH}' }, 'unset-variable', '${SERIAL_PATH}'],
    [{ baudRate: '${BAUD}' }, 'unset-variable', '${BAUD}'],
    [{ baudRate: 'fast' }, 'not-a-number', 'fast'],
    [{ baudRate: '9600.5' }, 'not-a-number', '9600.5'],
    [{ baudRate: '0' }, 'not-a-number', '0'],
    [{ maxLineLength: '2000000' }, 'not-a-number', '2000000'],
    [{ dataBits: '9' }, 'not-a-choice', '9'],
    [{ parity: 'both' }, 'not-a-choice', 'both'],
    [{ stopBits: 'two' }, 'not-a-choice', 'two'],
  ] as const) {
    it(`refuses ${JSON.stringify(settings)}, naming the field and its value`, () => {
      assert.throws(
        () => read(settings),
        (thrown) => {
          assert.ok(thrown instanceof UserError);
          assert.equal(thrown.key, `serial-json-in.errors.${error}`);
          assert.equal(thrown.params.value, value);
          if (value !== undefined) assert.equal(thrown.params.field, Object.keys(settings)[0]);
          return true;
        },
      );
    });
  }
});
