import assert from 'node:assert/strict';
import { readConfig } from '../../../nodes/serial-json-in/config';
import type { SerialJsonInDef } from '../../../nodes/serial-json-in/types';
import { UserError } from '../../../nodes/shared/user-error';

const BASE = { id: 'n', type: 'serial-json-in', name: '', z: '' };

function read(settings: Partial<SerialJsonInDef>) {
  return readConfig({ ...BASE, path: '/dev/ttyACM0', ...settings });
}

/** A flow saved before these settings were there has none of them. */
const RULES = {
  lenient: true,
  checksumRequired: false,
  shape: 'json',
  columns: [],
  ignore: [],
  mapping: {
    nodeFields: ['nodo'],
    defaultNode: '',
    rename: new Map(),
    textNumbers: false,
    flatten: false,
    timeFields: [],
    sequenceFields: [],
  },
  plausible: { nodes: [], variables: new Map(), onlyVariables: false },
};

describe('readConfig of serial-json-in', () => {
  it('takes 9600 8-N-1 where nothing else is said', () => {
    assert.deepEqual(read({}), {
      path: '/dev/ttyACM0',
      format: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
      modemLines: 'system',
      maxLineLength: 4096,
      timeZone: '',
      trace: false,
      rules: RULES,
    });
  });

  it('takes what the dialog saved', () => {
    const config = read({
      path: ' COM3 ',
      baudRate: '115200',
      dataBits: '7',
      parity: 'even',
      stopBits: '1.5',
      modemLines: 'keep',
      maxLineLength: '100',
      timeZone: 'America/Bogota',
      trace: true,
    });
    assert.deepEqual(config, {
      path: 'COM3',
      format: { baudRate: 115200, dataBits: 7, parity: 'even', stopBits: 1.5 },
      modemLines: 'keep',
      maxLineLength: 100,
      timeZone: 'America/Bogota',
      trace: true,
      rules: RULES,
    });
  });

  it('takes what the dialog saved of how lines are understood', () => {
    const { rules } = read({
      numbers: 'strict',
      checksum: 'required',
      sequence: 'n',
      shape: 'csv',
      columns: 'a, b',
      ignore: 'I (*\n*;x',
      nodeField: 'id, meta.id',
      defaultNode: 'bench',
      rename: 'Temp 1 = temperatura',
      textNumbers: true,
      flatten: true,
      timeField: 'ts',
      nodes: 'a, b*',
      variables: 'temperatura: -40..85',
      onlyVariables: true,
    });
    assert.deepEqual(rules, {
      lenient: false,
      checksumRequired: true,
      shape: 'csv',
      columns: ['a', 'b'],
      ignore: ['I (*', '*;x'],
      mapping: {
        nodeFields: ['id', 'meta.id'],
        defaultNode: 'bench',
        rename: new Map([['Temp 1', 'temperatura']]),
        textNumbers: true,
        flatten: true,
        timeFields: ['ts'],
        sequenceFields: ['n'],
      },
      plausible: {
        nodes: ['a', 'b*'],
        variables: new Map([['temperatura', { min: -40, max: 85 }]]),
        onlyVariables: true,
      },
    });
  });

  for (const path of ['tcp://192.168.1.30:3333', 'tcp://[::1]:80', 'TCP://esp-link.local:23/']) {
    it(`takes ${path} for an address`, () => assert.equal(read({ path }).path, path));
  }

  for (const path of [
    'tcp://',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:99999',
    'tcp://a b:1',
    'tcp://h:1/x',
    'tcp://u@h:1',
  ]) {
    it(`refuses ${path}`, () => {
      assert.throws(
        () => read({ path }),
        (thrown) => thrown instanceof UserError && thrown.key === 'serial-json-in.errors.tcp-address',
      );
    });
  }

  for (const [settings, error, value] of [
    [{ path: '  ' }, 'no-path', undefined],
    [{ path: '${SERIAL_PATH}' }, 'unset-variable', '${SERIAL_PATH}'],
    [{ baudRate: '${BAUD}' }, 'unset-variable', '${BAUD}'],
    [{ modemLines: 'on' }, 'not-a-choice', 'on'],
    [{ baudRate: 'fast' }, 'not-a-number', 'fast'],
    [{ baudRate: '9600.5' }, 'not-a-number', '9600.5'],
    [{ baudRate: '0' }, 'not-a-number', '0'],
    [{ maxLineLength: '2000000' }, 'not-a-number', '2000000'],
    [{ dataBits: '9' }, 'not-a-choice', '9'],
    [{ parity: 'both' }, 'not-a-choice', 'both'],
    [{ numbers: 'some' }, 'not-a-choice', 'some'],
    [{ checksum: 'maybe' }, 'not-a-choice', 'maybe'],
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
