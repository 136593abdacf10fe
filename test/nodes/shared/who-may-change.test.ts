import assert from 'node:assert/strict';
import { admitOwner, askForOwners, isFromViewer } from '../../../nodes/shared/who-may-change';

describe('who may change what a page shows', () => {
  it('is, where passwords are asked for, whose socket is that of an owner; and the flow itself', () => {
    askForOwners();
    const end = admitOwner('owner');
    assert.equal(isFromViewer({ socketid: 'owner' }), false);
    assert.equal(isFromViewer({ _client: { socketId: 'owner' } }), false);
    assert.equal(isFromViewer({ action: 'import' }), false);
    for (const message of [
      { socketid: 'other' },
      { socketid: undefined },
      { socketid: { toString: () => 'owner' } },
      { _client: null },
      { _client: {} },
      { socketid: 'owner', _client: { socketId: 'other' } },
    ])
      assert.equal(isFromViewer(message), true, JSON.stringify(message));
    end();
    assert.equal(isFromViewer({ socketid: 'owner' }), true);
  });

  it('remembers no more sockets than so many', () => {
    askForOwners();
    const ends = Array.from({ length: 10_001 }, (_, n) => admitOwner(`socket ${n}`));
    assert.equal(isFromViewer({ socketid: 'socket 0' }), true);
    assert.equal(isFromViewer({ socketid: 'socket 10000' }), false);
    for (const end of ends) end();
  });
});
