import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { FIRMWARE } from './node-lines';

const hasCompiler = spawnSync('avr-gcc', ['--version']).status === 0;

function make(...args: string[]) {
  return spawnSync('make', ['-C', FIRMWARE, ...args], { encoding: 'utf8' });
}

describe('firmware/nodo.hex', () => {
  it('is, byte by byte, what the sources build', function () {
    // A machine without the compiler can still run everything else.
    if (!hasCompiler) this.skip();
    this.timeout(120_000);
    const { status, stdout, stderr } = make('check');
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });

  it('is not built for a node name that would break its JSON', () => {
    const { status, stderr } = make('--dry-run', 'NODO=a"b');
    assert.equal(status, 2);
    assert.match(stderr, /NODO is 'a"b'/);
  });
});
