import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LineReader } from '../../nodes/serial-json-in/lines/line-reader';
import { readLineRules } from '../../nodes/serial-json-in/rules-config';
import { avrTools } from '../../tools/avr/avr';
import { rawLine } from '../support/raw-line';
import { skip } from '../support/skip';
import { FIRMWARE, NodeLines } from './node-lines';

describe('the firmware built with checksum and line numbers', function () {
  this.timeout(300_000);
  let folder: string;
  let hex: string;

  before(async function () {
    const tools = await avrTools(console.log);
    if ('missing' in tools) return skip(this, tools.missing);
    folder = mkdtempSync(path.join(os.tmpdir(), 'firmware-checked-'));
    const choices = ['DEFINES=-DCHECKSUM=1 -DLINE_NUMBERS=1', `BUILD=${folder}`];
    const { status, stderr } = spawnSync(tools.make, ['-C', FIRMWARE, ...tools.settings, ...choices], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    hex = path.join(folder, 'nodo.hex');
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it('prints lines that serial-json-in finds whole, and in which it sees what was lost', () => {
    const node = new NodeLines({ humedad: 60, temperatura: 26, a1: 2.0 }, {}, hex);
    const rules = readLineRules({ checksum: 'required', sequence: 'seq' });
    const reader = new LineReader(rules, () => ({ fecha: 'f', hora: 'h' }));
    const steps = [true, true, false, false, true].flatMap((arrives) => {
      const { text } = node.next();
      assert.match(text, /^\{"nodo":"comuna_15",.*,"seq":\d+\}\*[0-9A-F]{4}\r\n$/);
      return arrives ? reader.read(rawLine(text.trimEnd()), false, Date.now()) : [];
    });
    assert.deepEqual(
      steps.map((content) => content.kind === 'reading' && content.sequence),
      [
        { number: 1, lost: 0 },
        { number: 2, lost: 0 },
        { number: 5, lost: 2 },
      ],
    );
    assert.deepEqual(steps[0]?.kind === 'reading' && steps[0].reading, {
      nodo: 'comuna_15',
      humedad: 60,
      temperatura: 26,
      sensacion: 26.92732,
      radiacion: 1997.07,
      fecha: 'f',
      hora: 'h',
    });
  });
});
