import assert from 'node:assert/strict';
import type { RefusedPartition } from '../../../nodes/kafka-cluster/types';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { Reports } from '../../../nodes/kafka-consumer/reports';

describe('kafka-consumer: reports', () => {
  let told: string[];
  let aside: PipelineMessage[];
  let reports: Reports;

  beforeEach(() => {
    told = [];
    aside = [];
    const tell = (error: Error): void =>
      void told.push(error.message.replace(/^kafka-consumer\.errors\./, ''));
    const sendAside = (message: PipelineMessage, error: Error): void => {
      aside.push(message);
      tell(error);
    };
    reports = new Reports('g', { sendAside, report: tell, warn: tell });
  });

  it('tell of refused partitions once for each reason, and that they are read again only where that is so', () => {
    const places = [0, 1].map((partition): RefusedPartition => ({
      topic: 't',
      partition,
      error: new Error('no right'),
    }));
    reports.refused(places, []);
    reports.refused(places, []);
    reports.refused(places.slice(1), places.slice(0, 1));
    // Somebody else reads it.
    reports.refused([], []);
    assert.deepEqual(told, [
      'refused {"partitions":"t/0, t/1","reason":"no right"}',
      'given-again {"partitions":"t/0"}',
    ]);
  });

  it('leave it to the log where the leader of refused partitions only can not be reached', () => {
    const [reported, logged]: [string[], string[]] = [[], []];
    const listener = {
      sendAside: () => undefined,
      report: (error: Error) => void reported.push(error.message),
      warn: (error: Error) => void logged.push(error.message),
    };
    const place = { topic: 't', partition: 0, error: new Error('no way there') };
    const all = new Reports('g', listener);
    all.refused([{ ...place, passes: true }], []);
    all.refused([{ ...place, error: new Error('no right') }], []);
    assert.deepEqual([logged.length, reported.length], [1, 1]);
    assert.match(logged[0] ?? '', /no way there/);
  });

  it('tell records that are gone from a topic that was made again, by the reason too', () => {
    const place = { topic: 't', partition: 0 };
    reports.missed(place, '5', '9');
    reports.missed(place, '9', '0');
    assert.deepEqual(
      aside.map(({ error }) => error),
      [
        { message: '', reason: 'missed', missed: 4 },
        { message: '', reason: 'made-again' },
      ],
    );
    assert.equal(reports.missedCount, 4n);
  });

  it('tell of partitions without a leader, and that they have one again only where that is so', () => {
    const places = [0, 1].map((partition) => ({ topic: 't', partition }));
    reports.leaderless(places, []);
    reports.leaderless(places.slice(1), places.slice(0, 1));
    reports.leaderless([], []);
    assert.deepEqual(told, [
      'leaderless {"partitions":"t/0, t/1"}',
      'led-again {"partitions":"t/0"}',
      'leaderless {"partitions":"t/1"}',
    ]);
  });
});
