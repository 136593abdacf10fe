import assert from 'node:assert/strict';
import { reasonsAgainst, type PublishState } from '../../tools/publish.mjs';

const manifest = { version: '1.2.0', repository: 'github:a/b', bugs: { url: 'https://a.b' }, author: 'A' };
const READY: PublishState = { changes: '', tagsHere: ['v1.2.0'], manifest };

describe('publishing', () => {
  it('takes a commit that is tagged, of a package that says whose it is', () =>
    assert.deepEqual(reasonsAgainst(READY), []));

  it('takes contributors for an author', () =>
    assert.deepEqual(
      reasonsAgainst({ ...READY, manifest: { ...manifest, author: undefined, contributors: ['A'] } }),
      [],
    ));

  for (const [what, changed, reason] of [
    ['changes that are not committed', { changes: ' M package.json' }, /M package\.json/],
    ['a commit of no version', { tagsHere: [] }, /not tagged v1\.2\.0/],
    ['a commit of another version', { tagsHere: ['v1.1.0'] }, /not tagged v1\.2\.0/],
    ['no repository', { manifest: { ...manifest, repository: undefined } }, /no repository/],
    ['no address for bugs', { manifest: { ...manifest, bugs: undefined } }, /address for bugs/],
    ['nobody who maintains it', { manifest: { ...manifest, author: undefined } }, /nobody who maintains it/],
  ] as const) {
    it(`is refused for ${what}`, () =>
      assert.match(reasonsAgainst({ ...READY, ...changed }).join('\n'), reason));
  }
});
