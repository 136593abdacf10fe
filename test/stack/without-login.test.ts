import assert from 'node:assert/strict';
import { withoutLogin } from '../../stack/without-login';

describe('the database’s address on the console', () => {
  for (const [uri, shown] of [
    ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017'],
    ['mongodb://ana:secreto@h:1/x', 'mongodb://h:1/x'],
    ['mongodb://ana:sec/reto@h:1/x', 'mongodb://h:1/x'],
    ['mongodb://ana:sec@reto@h', 'mongodb://h'],
    ['mongodb://ana:sec?reto\n@h1,h2/x', 'mongodb://h1,h2/x'],
    ['mongodb://h/x?tls=true&tlsCertificateKeyFilePassword=secreto', 'mongodb://h/x'],
  ] as const) {
    it(`${JSON.stringify(uri)} is shown as ${shown}`, () => assert.equal(withoutLogin(uri), shown));
  }
});
