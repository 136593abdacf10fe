import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  admitClassic,
  admitDashboard2,
  type Packet,
  type Widgets,
} from '../../../../nodes/guard/sockets/packets';

const FROM = { id: 'the-socket', address: '10.0.0.1' };
const WIDGETS: Widgets = { isWidget: (id) => id === 'w1', isOwnEvent: (event) => event === 'file-part' };

function classic(...packet: Packet): boolean {
  return admitClassic(packet, WIDGETS, FROM);
}

function dashboard2(...packet: Packet): boolean {
  return admitDashboard2(packet, WIDGETS, FROM);
}

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

describe('what a page of the classic dashboard may say', () => {
  it('is what its widgets send', () => {
    assert.ok(classic('update-value', { id: 'w1', value: 7 }));
    assert.ok(classic('update-value', { id: 'w1', value: [1, { a: 'b' }], meta: {} }));
    assert.ok(classic('update-value', { id: 'w1', msg: { action: 'nodes', payload: { search: 'é' } } }));
    assert.ok(classic('ui-replay-state') && classic('ui-refresh', {}) && classic('ui-change', 0));
    assert.ok(classic('ui-change', null) && classic('ui-collapse', { group: 'A b', state: true }));
    assert.ok(classic('ui-audio', 'error: x') && classic('ui-params', { a: 'b', c: true, d: ['e'] }));
  });

  it('says who it is from, whatever it claims', () => {
    const packet: Packet = [
      'update-value',
      { id: 'w1', socketid: 'another', msg: { action: 'nodes', socketid: 'another' } },
    ];
    assert.ok(admitClassic(packet, WIDGETS, FROM));
    assert.deepEqual(packet[1], {
      id: 'w1',
      socketid: 'the-socket',
      msg: { action: 'nodes', socketid: 'the-socket' },
    });
  });

  it('is nothing that ends Node-RED or passes for another', () => {
    const own = JSON.parse('{"hasOwnProperty":1}') as object;
    const proto = JSON.parse('{"__proto__":{"x":1}}') as object;
    for (const packet of [
      ...([['update-value'], ['update-value', null], ['update-value', 7], ['update-value', 'x']] as Packet[]),
      ...([
        ['ui-collapse'],
        ['ui-collapse', null],
        ['ui-params'],
        ['ui-params', null],
        ['ui-params', [1]],
      ] as Packet[]),
      ...([
        ['ui-change', -1],
        ['ui-change', 1.5],
        ['ui-change', 'x'],
        ['ui-change', {}],
        ['ui-audio', {}],
      ] as Packet[]),
      ...([5, 'x', true, null, [[1, null]], [{ payload: 1 }]].map((msg) => [
        'update-value',
        { id: 'w1', msg },
      ]) as Packet[]),
      ...(
        [own, proto].flatMap((bad) => [
          ['update-value', { id: 'w1', ...bad }],
          ['update-value', { id: 'w1', msg: bad }],
          ['update-value', { id: 'w1', value: { deep: [bad] } }],
          ['ui-collapse', { group: 'a', ...bad }],
          ['ui-params', bad],
        ]) as Packet[]
      ).filter(
        ([, first]) => JSON.stringify(first) !== '{"group":"a"}' && JSON.stringify(first) !== '{"id":"w1"}',
      ),
      ['update-value', { id: 'not-a-widget', msg: {} }],
      ['update-value', { id: { $ne: 1 }, msg: {} }],
      ['update-value', { id: 'w1', msg: { payload: nested(100_000) } }],
      ['update-value', { id: 'w1', value: nested(40) }],
      ['update-value', { id: 'w1', value: Array(30_000).fill(1) }],
      ['update-value', { id: 'w1' }, () => undefined],
      ['ui-replay-state', {}, {}],
      ['connection', {}],
      ['disconnect'],
      ['constructor', {}],
      ['__proto__', {}],
      ['widget-send', 'w1', {}],
    ] as Packet[])
      assert.equal(classic(...packet), false, inspect(packet, { depth: 3 }));
  });
});

describe('what a page of Dashboard 2.0 may say', () => {
  it('is what its widgets send', () => {
    assert.ok(dashboard2('widget-action', 'w1', { action: 'nodes', payload: {} }));
    assert.ok(dashboard2('widget-action', 'w1', 'text') && dashboard2('widget-action', 'w1'));
    assert.ok(dashboard2('widget-send', 'w1', { payload: Buffer.from('x') }));
    assert.ok(dashboard2('widget-change', 'w1', ['a', 'b']) && dashboard2('widget-change', 'w1', null));
    assert.ok(dashboard2('widget-load', 'w1') && dashboard2('widget-load', 'ui-notification'));
    assert.ok(dashboard2('ui-event', 'any', { topic: '$pageview', payload: { page: {} } }));
    assert.ok(dashboard2('ui-control', 'any', 'change', { page: 1, name: 'x' }));
    assert.ok(dashboard2('file-part', 'w1', Buffer.from('x'), { of: 3 }));
  });

  it('says who it is from, whatever it claims', () => {
    const packet: Packet = [
      'widget-send',
      'w1',
      { payload: 1, _client: { socketId: 'another', user: 'ana' } },
    ];
    assert.ok(admitDashboard2(packet, WIDGETS, FROM));
    assert.deepEqual(packet[2], { payload: 1, _client: { socketId: 'the-socket', socketIp: '10.0.0.1' } });
  });

  it('is nothing that ends Node-RED, and nothing for a node that is no widget', () => {
    const own = JSON.parse('{"hasOwnProperty":1}') as object;
    for (const packet of [
      ...(['widget-send', 'widget-action', 'widget-change', 'widget-load'].flatMap((event) => [
        [event],
        [event, 5],
        [event, null],
        [event, { a: 1 }],
        [event, '__proto__', 1],
        [event, 'd05a984de8ec2b06', { payload: 1 }],
      ]) as Packet[]),
      ...(['widget-send', 'widget-action', 'widget-change'].flatMap((event) => [
        [event, 'w1', nested(100_000)],
        [event, 'w1', own],
        [event, 'w1', { a: [own] }],
        [event, 'w1', {}, () => undefined],
      ]) as Packet[]),
      ['widget-send', 'w1', [{ payload: 1 }, { action: 'discard-waiting' }]],
      ['widget-action', 'w1', [{ payload: 1 }]],
      ['widget-load', 'ui-x/../y'],
      ['ui-event', 'any', null],
      ['ui-control', 'any', 'show', {}],
      ['file-part', 'w1', own],
      ['file-part', 'w1', 1, 2, 3, 4, 5, 6, 7, 8],
      ['other', 'w1'],
      ['connection'],
      ['hasOwnProperty', 'w1'],
    ] as Packet[])
      assert.equal(dashboard2(...packet), false, inspect(packet, { depth: 3 }));
  });
});

describe('whatever a page says', () => {
  it('is decided without an error', () => {
    const anyPacket = fc
      .tuple(
        fc.oneof(
          fc.constantFrom(
            'update-value',
            'ui-collapse',
            'ui-params',
            'widget-send',
            'widget-load',
            'file-part',
          ),
          fc.string(),
        ),
        fc.array(fc.jsonValue({ maxDepth: 6 }), { maxLength: 4 }),
      )
      .map(([event, args]) => [event, ...args] as Packet);
    fc.assert(
      fc.property(anyPacket, (packet) => {
        assert.equal(typeof admitClassic(packet, WIDGETS, FROM), 'boolean');
        assert.equal(typeof admitDashboard2(packet, WIDGETS, FROM), 'boolean');
      }),
    );
  });
});
