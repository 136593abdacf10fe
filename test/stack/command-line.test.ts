import assert from 'node:assert/strict';
import { readCommandLine } from '../../stack/command-line';

describe('what follows npm start --', () => {
  it('says which part of the pipeline is to run; without it all of it does', () => {
    assert.deepEqual(readCommandLine([]), { role: 'all' });
    assert.deepEqual(readCommandLine(['--role', 'edge']), { role: 'edge' });
    assert.deepEqual(readCommandLine(['--role=server']), { role: 'server' });
  });

  it('is refused where it is unknown, with what there is', () => {
    assert.throws(
      () => readCommandLine(['--role', 'brige']),
      /--role: "brige" is none of: all, edge, server/,
    );
    assert.throws(() => readCommandLine(['--rolle', 'edge']), /npm start: .*--rolle/);
    assert.throws(() => readCommandLine(['edge']), /npm start: /);
  });
});
