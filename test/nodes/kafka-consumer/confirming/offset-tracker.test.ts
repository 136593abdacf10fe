import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OffsetTracker } from '../../../../nodes/kafka-consumer/confirming/offset-tracker';

interface Piece {
  offset: string;
}

function trackerOf(...offsets: number[]): OffsetTracker<Piece> {
  const tracker = new OffsetTracker<Piece>();
  for (const offset of offsets) tracker.add({ offset: String(offset) });
  if (offsets.length > 0) tracker.readUpTo(String((offsets.at(-1) ?? 0) + 1));
  return tracker;
}

describe('which offset may be committed', () => {
  it('none before the first record is confirmed', () => {
    const tracker = trackerOf(5, 6, 7);
    assert.equal(tracker.uncommitted(), undefined);
    tracker.confirm(1);
    assert.equal(tracker.uncommitted(), undefined);
  });

  it('that of the first record that is not confirmed', () => {
    const tracker = trackerOf(5, 6, 7);
    tracker.confirm(0);
    assert.equal(tracker.uncommitted(), '6');
    tracker.confirm(2);
    assert.equal(tracker.uncommitted(), '6');
    tracker.confirm(1);
    assert.equal(tracker.uncommitted(), '8');
  });

  it('each only once', () => {
    const tracker = trackerOf(5, 6);
    tracker.confirm(0);
    tracker.commit('6');
    assert.equal(tracker.uncommitted(), undefined);
  });

  it('the place behind what Kafka keeps for itself, once all before it is confirmed', () => {
    const tracker = trackerOf(5, 9);
    tracker.readUpTo('12');
    tracker.confirm(0);
    assert.equal(tracker.uncommitted(), '9');
    tracker.confirm(1);
    assert.equal(tracker.uncommitted(), '12');
  });

  it('the place that somebody has moved the reading to, before anything is read there', () => {
    const tracker = new OffsetTracker<Piece>('40');
    assert.equal(tracker.uncommitted(), '40');
    tracker.add({ offset: '40' });
    assert.equal(tracker.uncommitted(), '40');
    tracker.commit('40');
    assert.equal(tracker.uncommitted(), undefined);
  });

  it('the place where the partition began anew, and none of the records before, whose offsets are those of others now', () => {
    const tracker = trackerOf(7, 8, 9);
    tracker.confirm(0);
    tracker.beginAnew('0');
    assert.equal(tracker.uncommitted(), '0');
    tracker.commit('0');
    [0, 1].forEach((offset) => tracker.add({ offset: String(offset) }));
    tracker.readUpTo('2');
    tracker.confirm(3);
    assert.equal(tracker.uncommitted(), undefined, 'what came before is not confirmed');
    tracker.confirm(1);
    assert.equal(tracker.uncommitted(), undefined);
    tracker.confirm(2);
    assert.equal(tracker.uncommitted(), '1');
    tracker.confirm(4);
    assert.equal(tracker.uncommitted(), '2');
  });

  it('the place where the partition began anew, where all before it was confirmed and not yet committed', () => {
    const tracker = trackerOf(7, 8);
    [0, 1].forEach((number) => tracker.confirm(number));
    tracker.beginAnew('0');
    assert.equal(tracker.uncommitted(), '0');
  });

  it('the place where the partition began anew, also where it is that from which it was read before', () => {
    const tracker = trackerOf(0, 1);
    assert.equal(tracker.uncommitted(), undefined);
    tracker.beginAnew('0');
    assert.equal(tracker.uncommitted(), '0');
  });

  it('keeps nothing of what is confirmed, also behind a record that is not', () => {
    const tracker = trackerOf(5, 6, 7, 8);
    [1, 2].forEach((number) => tracker.confirm(number));
    assert.deepEqual(
      [...tracker.open].map(({ offset }) => offset),
      ['5', '8'],
    );
    assert.equal(tracker.get(1), undefined);
  });

  it('survives any order of fetches, confirmations and commits (model test)', () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('fetch' as const),
          gaps: fc.array(fc.nat(3), { minLength: 1, maxLength: 400 }),
          tail: fc.nat(2),
        }),
      },
      {
        weight: 8,
        arbitrary: fc.record({
          do: fc.constant('confirm' as const),
          which: fc.array(fc.nat(3000), { maxLength: 500 }),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('confirm up to' as const), last: fc.nat(3000) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reassign' as const) }) },
    );
    const seed = Number(process.env.SEED ?? 20_260_731);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        // What a partition holds, what of it was ever confirmed, and what the broker has been told.
        let written: { offset: number; confirmed: boolean }[] = [];
        let committed = 0;
        let end = 0;
        let base = 0;
        let tracker = new OffsetTracker<Piece>();
        for (const one of steps) {
          switch (one.do) {
            case 'fetch':
              for (const gap of one.gaps) {
                written.push({ offset: end + gap, confirmed: false });
                const number = tracker.add({ offset: String(end + gap) });
                assert.equal(number, written.length - 1);
                end += gap + 1;
              }
              end += one.tail;
              tracker.readUpTo(String(end));
              break;
            case 'confirm':
              for (const number of one.which) {
                const record = written[number];
                const expected = record !== undefined && !record.confirmed;
                assert.equal(tracker.confirm(number), expected);
                if (record) record.confirmed = true;
              }
              break;
            case 'confirm up to':
              written.slice(0, one.last).forEach((record, number) => {
                tracker.confirm(number);
                record.confirmed = true;
              });
              break;
            case 'commit': {
              const offset = tracker.uncommitted();
              if (offset === undefined) break;
              committed = Number(offset);
              tracker.commit(offset);
              break;
            }
            case 'reassign':
              // Everything from the committed offset on is fetched again by a new tracker, under new numbers.
              written = [];
              end = committed;
              base = committed;
              tracker = new OffsetTracker<Piece>();
          }
          const firstOpen = written.find(({ confirmed: done }) => !done);
          // Nothing behind an unconfirmed record is ever committed ...
          if (firstOpen) assert.ok(committed <= firstOpen.offset);
          const next = tracker.uncommitted();
          if (next !== undefined) {
            // ... the offset on offer is exactly the first open one, or the end ...
            assert.equal(Number(next), firstOpen ? firstOpen.offset : end);
            assert.ok(Number(next) >= committed);
          } else if (written[0]?.confirmed) {
            // ... and nothing that is confirmed stays uncommitted.
            assert.equal(committed, firstOpen ? firstOpen.offset : end);
          }
          assert.ok(committed >= base);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});
