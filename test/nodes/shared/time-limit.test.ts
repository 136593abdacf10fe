import assert from 'node:assert/strict';
import { atMost, withTimeout, within } from '../../../nodes/shared/time-limit';
import { collectGarbage } from '../../support/garbage';

const never = new Promise<string>(() => undefined);
const tooLate = (): Error => new Error('too late');

describe('a promise with a time limit', () => {
  it('gives what it gives in time', async () => {
    assert.equal(await withTimeout(Promise.resolve('a'), 1_000, tooLate), 'a');
    await assert.rejects(withTimeout(Promise.reject(new Error('b')), 1_000, tooLate), /^Error: b$/);
  });

  it('is rejected when its time is over', () => assert.rejects(withTimeout(never, 1, tooLate), /too late/));

  it('is waited for no longer than that', async () => {
    assert.equal(await atMost(1, never), false);
    assert.equal(await atMost(1_000, Promise.resolve(undefined)), true);
    await assert.rejects(atMost(1_000, Promise.reject(new Error('b'))), /^Error: b$/);
  });
});

describe('work with a time limit', () => {
  const untilAborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('ends when its time is over, also where garbage is collected meanwhile', async () => {
    const refused = assert.rejects(within(100, new AbortController().signal, untilAborted), {
      name: 'TimeoutError',
    });
    await collectGarbage();
    await refused;
  });

  it('ends before that where it is told to', async () => {
    const outer = new AbortController();
    const refused = assert.rejects(within(60_000, outer.signal, untilAborted), /^Error: told$/);
    outer.abort(new Error('told'));
    await refused;
  });

  it('gives what it gives in time', async () => {
    assert.equal(await within(60_000, new AbortController().signal, () => Promise.resolve('a')), 'a');
  });
});
