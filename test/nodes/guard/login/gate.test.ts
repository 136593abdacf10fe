import assert from 'node:assert/strict';
import { ownPath } from '../../../../nodes/guard/login/gate';

describe('the place that a link which signs in leads to', () => {
  for (const path of [
    '//evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    '/\\/evil.example',
    '/./\\evil.example',
    '/a/..//evil.example',
    '/.//evil.example',
    'http://evil.example/',
    'javascript:alert(1)',
    '',
  ]) {
    it(`is on this server: ${JSON.stringify(path)}`, () => {
      const place = ownPath(path);
      assert.equal(new URL(place, 'http://here').host, 'here', place);
      assert.match(place, /^\/(?![/\\])/);
    });
  }

  it('is the page that was asked for', () => {
    for (const path of ['/', '/admin', '/dashboard/page1', '/con%20blanco/%C3%B1'])
      assert.equal(ownPath(path), path);
  });
});
