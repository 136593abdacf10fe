import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { avrTools, type AvrTools } from '../../tools/avr/avr';
import { skip } from '../support/skip';
import { FIRMWARE } from './node-lines';

function run({ make, settings }: AvrTools, ...args: string[]) {
  return spawnSync(make, ['-C', FIRMWARE, ...settings, ...args], { encoding: 'utf8' });
}

describe('firmware/nodo.hex', () => {
  it('is, byte by byte, what the sources build', async function () {
    this.timeout(300_000);
    const tools = await avrTools(console.log);
    if ('missing' in tools) return skip(this, tools.missing);
    const { status, stdout, stderr } = run(tools, 'check');
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });

  it('is not built for a node name that would break its JSON', async function () {
    const tools = await avrTools(console.log);
    if ('missing' in tools) return skip(this, tools.missing);
    const { status, stderr } = run(tools, '--dry-run', 'NODO=a"b');
    assert.equal(status, 2);
    assert.match(stderr, /NODO is 'a"b'/);
  });
});
