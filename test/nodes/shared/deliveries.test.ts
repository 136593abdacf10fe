import assert from 'node:assert/strict';
import {
  confirm,
  deliveriesOf,
  deliveryId,
  registerOwner,
  reject,
  unregisterOwner,
  type DeliveryOwner,
} from '../../../nodes/shared/deliveries';

/** What the owner wrote into a delivery id. */
function restOf(delivery: string): string {
  return delivery.slice(delivery.indexOf('/') + 1);
}

function remember(): { owner: DeliveryOwner; log: string[] } {
  const log: string[] = [];
  const owner: DeliveryOwner = {
    hold: (delivery, parts) => log.push(`hold ${restOf(delivery)} ${parts?.index ?? ''}`.trim()),
    confirm: (delivery, parts) => log.push(`confirm ${restOf(delivery)} ${parts?.index ?? ''}`.trim()),
    reject: (delivery, reason) => log.push(`reject ${restOf(delivery)} ${reason.message}`),
  };
  return { owner, log };
}

describe('confirming deliveries', () => {
  const { owner, log } = remember();

  beforeEach(() => {
    log.length = 0;
    registerOwner('a', owner);
  });
  afterEach(() => unregisterOwner('a', owner));

  it('reaches the consumer that gave them out', () => {
    confirm({ kafka: { delivery: deliveryId('a', '1/2') } });
    reject({ kafka: { delivery: deliveryId('a', '3') } }, new Error('bad'));
    assert.deepEqual(log, ['confirm 1/2', 'reject 3 bad']);
  });

  it('reaches several consumers after a join, and says which piece it was after a split', () => {
    const other = remember();
    registerOwner('b', other.owner);
    confirm({ kafka: { delivery: ['a/1', 'b/2', 7, 'a/3'] }, parts: { id: 'x', index: 4 } });
    unregisterOwner('b', other.owner);
    assert.deepEqual(log, ['confirm 1 4', 'confirm 3 4']);
    assert.deepEqual(other.log, ['confirm 2 4']);
  });

  it('is not a browser’s to give, whatever it knows', () => {
    for (const mark of [{ socketid: 's' }, { _client: {} }]) {
      confirm({ kafka: { delivery: 'a/1' }, ...mark });
      reject({ kafka: { delivery: 'a/1' }, ...mark }, new Error('bad'));
    }
    assert.deepEqual(log, []);
  });

  it('changes nothing for a message without one, of a consumer that is gone, or with garbage in its place', () => {
    for (const delivery of [undefined, null, 7, {}, 'no separator', 'gone/1', [[]]]) {
      confirm({ kafka: { delivery } });
      reject({ kafka: { delivery } }, new Error('bad'));
    }
    confirm({});
    assert.deepEqual(log, []);
    assert.deepEqual(deliveriesOf({ kafka: { delivery: ['x/1', null] } }), ['x/1']);
  });

  it('goes to the latest instance of a consumer, also when the one before it signs out late', () => {
    const next = remember();
    registerOwner('a', next.owner);
    unregisterOwner('a', owner);
    confirm({ kafka: { delivery: 'a/1' } });
    assert.deepEqual(log, []);
    assert.deepEqual(next.log, ['confirm 1']);
    unregisterOwner('a', next.owner);
    confirm({ kafka: { delivery: 'a/2' } });
    assert.equal(next.log.length, 1);
  });
});
