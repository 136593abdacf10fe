import assert from 'node:assert/strict';
import { withFields } from '../../../nodes/shared/with-fields';

describe('fields put into a message', () => {
  it('are in the same message', () => {
    const message = { payload: 1 };
    assert.equal(withFields(message, { stored: 2 }), message);
    assert.deepEqual(message, { payload: 1, stored: 2 });
  });

  const closings: Record<string, (message: object) => void> = {
    frozen: (message) => Object.freeze(message),
    sealed: (message) => Object.seal(message),
    closed: (message) => Object.preventExtensions(message),
  };
  for (const [name, close] of Object.entries(closings)) {
    it(`are in a copy where it is ${name}`, () => {
      const message = { payload: 1 };
      close(message);
      assert.deepEqual(withFields(message, { payload: 3, stored: 2 }), { payload: 3, stored: 2 });
      assert.deepEqual(message, { payload: 1 });
    });
  }
});
