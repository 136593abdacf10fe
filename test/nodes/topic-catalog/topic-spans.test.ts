import assert from 'node:assert/strict';
import { TopicSpans } from '../../../nodes/topic-catalog/topic-spans';

const MINUTE = 60_000;

function overlapping(readings: readonly (readonly [topic: string | null, minute: number])[]): string[] {
  const spans = new TopicSpans();
  for (const [topic, minute] of readings) spans.add(topic, minute * MINUTE);
  return spans.overlapping();
}

describe('the topics that readings of one node come from', () => {
  it('are told when readings of one come between those of another, in whatever order they are seen', () => {
    const readings = [
      ['b', 1],
      ['a', 2],
      ['b', 3],
    ] as const;
    assert.deepEqual(overlapping(readings), ['a', 'b']);
    assert.deepEqual(overlapping(readings.toReversed()), ['a', 'b']);
  });

  it('are nothing to tell of where there is one, where none is known, or where a board was moved', () => {
    assert.deepEqual(overlapping([]), []);
    assert.deepEqual(
      overlapping([
        ['a', 1],
        [null, 2],
        ['a', 3],
      ]),
      [],
    );
    assert.deepEqual(
      overlapping([
        ['a', 1],
        ['a', 2],
        ['b', 3],
        ['b', 4],
      ]),
      [],
    );
  });

  it('leave out one that was there before the two', () => {
    assert.deepEqual(
      overlapping([
        ['old', 1],
        ['a', 2],
        ['b', 3],
        ['a', 4],
      ]),
      ['a', 'b'],
    );
  });

  it('are forgotten an hour after the second board has stopped', () => {
    const both = [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const;
    assert.deepEqual(overlapping([...both, ['a', 62]]), ['a', 'b']);
    assert.deepEqual(overlapping([...both, ['a', 63]]), []);
  });
});
