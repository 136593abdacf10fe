import assert from 'node:assert/strict';
import { withoutSignIn } from '../../../nodes/shared/without-sign-in';

describe('an address without the sign-in in it', () => {
  for (const [entered, shown] of [
    ['http://h:8081/path', 'http://h:8081/path'],
    ['http://u:secret@h:8081', 'http://h:8081'],
    ['http:/u:secret@h', 'http:/h'],
    ['http:u:secret@h', 'h'],
    ['u:secret@h:8081', 'h:8081'],
    ['http://u:se@cr/e\nt@h', 'http://h'],
    ['h:8081', 'h:8081'],
    ['', ''],
  ] as const)
    it(`is ${JSON.stringify(shown)} for ${JSON.stringify(entered)}`, () => {
      assert.equal(withoutSignIn(entered), shown);
    });
});
