import assert from 'node:assert/strict';
import { nextTurn, turnIsOver } from '../../../nodes/shared/turns';
import { workUntilTurnIsOver } from '../../support/turns';

describe('turns of the event loop', () => {
  it('are over for all who ask once these have worked for long enough, and begin anew', async () => {
    await nextTurn();
    await nextTurn();
    assert.equal(turnIsOver(), false);
    workUntilTurnIsOver();
    assert.equal(turnIsOver(), true);
    await nextTurn();
    assert.equal(turnIsOver(), false);
  });
});
