import assert from 'node:assert/strict';
import { TurnShare, nextTurn, turnIsOver } from '../../../nodes/shared/turns';
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

  it('leave to each as many pieces as it was promised, also where others work all of every turn', async () => {
    await nextTurn();
    const share = new TurnShare(3);
    const turns: number[] = [0];
    for (let piece = 0; piece < 9; piece++) {
      workUntilTurnIsOver();
      if (share.isUsed()) {
        await nextTurn();
        turns.push(0);
      }
      turns[turns.length - 1]!++;
    }
    assert.deepEqual(turns, [3, 3, 3]);
  });
});
