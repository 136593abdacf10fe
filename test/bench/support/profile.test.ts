import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeProfiles } from '../../../bench/support/profile';

describe('the summary of CPU profiles', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'profiles-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('tells what part of the busy time each package and function took, without the idle time', () => {
    const node = (id: number, functionName: string, url: string): object => ({
      id,
      callFrame: { functionName, url, lineNumber: id },
    });
    mkdirSync(path.join(folder, 'sink'));
    writeFileSync(
      path.join(folder, 'sink', 'a.cpuprofile'),
      JSON.stringify({
        nodes: [
          node(1, '(idle)', ''),
          node(2, 'serialize', 'file:///x/node_modules/mongodb/node_modules/bson/lib/bson.cjs'),
          node(3, 'insert', 'file:///x/dist/nodes/mongo-sink/sink.js'),
          node(4, 'never', 'file:///x/node_modules/lodash/lodash.js'),
        ],
        samples: [1, 2, 3, 2],
        timeDeltas: [5_000_000, 2_000_000, 1_000_000, 1_000_000],
      }),
    );

    assert.deepEqual(describeProfiles(folder), [
      '\nsink: 4.0 s of CPU',
      '   75.0 %  bson',
      '   25.0 %  this package: mongo-sink',
      '  of these, the most:',
      '   75.0 %  serialize bson, bson.cjs:3',
      '   25.0 %  insert this package: mongo-sink, sink.js:4',
    ]);
  });
});
