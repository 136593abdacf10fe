import assert from 'node:assert/strict';
import { reasonsAgainst, type CheckoutState } from '../../tools/release.mjs';

const CLEAN: CheckoutState = {
  branch: 'main',
  changes: '',
  tags: ['v0.1.0'],
  version: '0.2.0',
  changelog: '# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- More.\n\n## 0.1.0 (2026-11-01)\n',
};

describe('a release', () => {
  it('is made of a clean checkout', () => assert.deepEqual(reasonsAgainst(CLEAN), []));

  for (const [what, changed, reason] of [
    ['another branch', { branch: 'topic' }, /the branch topic, not main/],
    ['a checkout on no branch', { branch: '' }, /\(none\)/],
    ['changes that are not committed', { changes: ' M package.json' }, /M package\.json/],
    ['a version that has a tag', { version: '0.1.0' }, /v0\.1\.0 is tagged already/],
    ['a changelog whose newest version is another', { version: '0.3.0' }, /has to begin with "## 0\.3\.0/],
    [
      'a changelog that says unreleased',
      { changelog: '## 0.2.0 (unreleased)\n' },
      /begins with .*unreleased/,
    ],
  ] as const) {
    it(`is refused for ${what}`, () =>
      assert.match(reasonsAgainst({ ...CLEAN, ...changed }).join('\n'), reason));
  }
});
