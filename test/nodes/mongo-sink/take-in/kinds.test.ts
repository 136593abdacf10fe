import assert from 'node:assert/strict';
import { ObjectId, Timestamp } from 'mongodb';
import { judge } from '../../../../nodes/mongo-sink/take-in/kinds';
import { Zone } from '../../../../nodes/shared/zone';

describe('mongo-sink: the time that a document of another program says', () => {
  const said: [string, string, string][] = [
    ['2021-11-20T10:00:00', 'America/Bogota', '2021-11-20T15:00:00Z'],
    ['2021-11-20 10:00', 'Asia/Kolkata', '2021-11-20T04:30:00Z'],
    ['2021-11-20', 'America/Bogota', '2021-11-20T05:00:00Z'],
    ['2021-11-20', 'Asia/Kolkata', '2021-11-19T18:30:00Z'],
    ['2021-11-20T10:00:00.250Z', 'America/Bogota', '2021-11-20T10:00:00.250Z'],
    ['2021-11-20T10:00:00+02:00', 'Asia/Kolkata', '2021-11-20T08:00:00Z'],
  ];
  for (const [ts, zone, expected] of said) {
    it(`is that of ${ts} by the clocks of ${zone}, unless it says its own zone`, () => {
      const judged = judge({ _id: 'x', nodo: 'a', ts }, Zone.named(zone) ?? Zone.own());
      assert.equal('time' in judged && judged.time, Date.parse(expected));
    });
  }

  it('is that of a Timestamp, and of the _id where its date is one that JavaScript can’t hold', () => {
    const zone = Zone.own();
    const ts = new Timestamp({ t: 1_700_000_000, i: 3 });
    assert.deepEqual(judge({ _id: 'x', nodo: 'a', ts }, zone), {
      kind: 'otherId',
      nodo: 'a',
      time: 1_700_000_000_000,
    });
    const _id = ObjectId.createFromTime(1_700_000_000);
    assert.deepEqual(judge({ _id, nodo: 'a', ts: new Date(NaN) }, zone), {
      kind: 'original',
      nodo: 'a',
      time: 1_700_000_000_000,
    });
  });
});
