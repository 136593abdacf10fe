import assert from 'node:assert/strict';
import { keepTrying } from '../../../nodes/shared/keep-trying';

describe('trying until it works', () => {
  const bounds = { initialDelay: 5, maxDelay: 40 };

  it('gives what the first success gives, telling each failure and the wait after it', async () => {
    const failures: [string, number][] = [];
    let attempts = 0;
    const value = await keepTrying(
      () => (++attempts < 4 ? Promise.reject(new Error(`no ${attempts}`)) : Promise.resolve('yes')),
      {
        signal: new AbortController().signal,
        onError: (error, delay) => failures.push([error.message, delay]),
        bounds,
      },
    );
    assert.equal(value, 'yes');
    assert.deepEqual(
      failures.map(([message]) => message),
      ['no 1', 'no 2', 'no 3'],
    );
    assert.ok(failures.every(([, delay]) => delay >= 0 && delay <= 40));
  });

  it('waits longer and longer, up to the bound', async () => {
    const delays: number[] = [];
    const abort = new AbortController();
    await assert.rejects(
      keepTrying(() => Promise.reject(new Error('no')), {
        signal: abort.signal,
        onError: (_error, delay) => {
          delays.push(delay);
          if (delays.length === 12) abort.abort();
        },
        bounds,
      }),
      { name: 'AbortError' },
    );
    assert.ok(
      delays.slice(8).every((delay) => delay > 20 && delay <= 40),
      String(delays),
    );
  });

  it('ends at once when it is told to, also in a long wait', async () => {
    const abort = new AbortController();
    const started = Date.now();
    const trying = keepTrying(() => Promise.reject(new Error('no')), {
      signal: abort.signal,
      onError: () => setImmediate(() => abort.abort()),
      bounds: { initialDelay: 60_000, maxDelay: 60_000 },
    });
    await assert.rejects(trying, { name: 'AbortError' });
    assert.ok(Date.now() - started < 5_000);
  });

  it('does not begin when it is told to end before', async () => {
    const signal = AbortSignal.abort();
    const attempt = (): Promise<void> => assert.fail('an attempt was made');
    await assert.rejects(keepTrying(attempt, { signal, onError: () => undefined }), { name: 'AbortError' });
  });
});
