import assert from 'node:assert/strict';
import { confirmPolicy, type FlowNode } from '../../../../nodes/kafka-consumer/confirming/confirm-policy';

function node(id: string, type: string, wires: string[][] = [], more: Partial<FlowNode> = {}): FlowNode {
  return { id, type, z: 'tab', wires, ...more };
}
const sink = node('sink', 'mongo-sink', [], { confirm: true });
const consumer = (...wires: string[]) => node('consumer', 'kafka-consumer', [wires, []]);

function found(...nodes: FlowNode[]): string {
  return confirmPolicy('automatic', 'consumer', 'tab', [node('tab', 'tab'), ...nodes]).because;
}

describe('who confirms, automatically', () => {
  it('mongo-sink, directly or behind other nodes', () => {
    assert.equal(found(consumer('sink'), sink), 'mongo-sink');
    assert.equal(
      found(consumer('a'), node('a', 'change', [['b'], ['sink']]), node('b', 'debug'), sink),
      'mongo-sink',
    );
    assert.equal(found(consumer('j'), node('j', 'junction', [['sink']]), sink), 'mongo-sink');
  });

  it('not a mongo-sink that does not confirm, is switched off, or hangs at the second output', () => {
    assert.equal(found(consumer('sink'), { ...sink, confirm: false }), 'nothing-confirms');
    assert.equal(found(consumer('sink'), { ...sink, d: true }), 'nothing-confirms');
    assert.equal(found(node('consumer', 'kafka-consumer', [[], ['sink']]), sink), 'nothing-confirms');
  });

  it('the flow, when there is a way back to a consumer', () => {
    assert.equal(found(consumer('f'), node('f', 'function', [['consumer']])), 'way-back');
    const other = node('other', 'kafka-consumer', [[], []]);
    assert.equal(found(consumer('f'), node('f', 'function', [['other']]), other), 'way-back');
  });

  it('the flow, by a Complete node that watches a node on the way', () => {
    const complete = node('c', 'complete', [['consumer']], { scope: ['f'] });
    assert.equal(found(consumer('f'), node('f', 'function'), complete), 'way-back');
    assert.equal(
      found(consumer('f'), node('f', 'function'), { ...complete, scope: ['g'] }),
      'nothing-confirms',
    );
  });

  it('not by a Catch node alone', () => {
    const caught = node('c', 'catch', [['consumer']], { scope: null });
    assert.equal(found(consumer('f'), node('f', 'function'), caught), 'nothing-confirms');
  });

  it('through link nodes, also onto another tab unless that is switched off', () => {
    const out = node('out', 'link out', [], { mode: 'link', links: ['in'] });
    const inlet = node('in', 'link in', [['sink']], { z: 'tab2' });
    const far = { ...sink, z: 'tab2' };
    assert.equal(found(consumer('out'), out, inlet, far, node('tab2', 'tab')), 'mongo-sink');
    assert.equal(
      found(consumer('out'), out, inlet, far, node('tab2', 'tab', [], { disabled: true })),
      'nothing-confirms',
    );
  });

  it('through link calls and what they return', () => {
    const call = node('call', 'link call', [['sink']], { linkType: 'static', links: ['in'] });
    const inlet = node('in', 'link in', [['f']]);
    const back = node('back', 'link out', [], { mode: 'return' });
    assert.equal(
      found(consumer('call'), call, inlet, node('f', 'function', [['back']]), back, sink),
      'mongo-sink',
    );
    assert.equal(found(consumer('call'), call, inlet, node('f', 'function'), back, sink), 'nothing-confirms');
    assert.equal(found(consumer('call'), { ...call, linkType: 'dynamic', links: [] }, sink), 'mongo-sink');
  });

  it('inside a subflow, and behind one', () => {
    const template = (out: string, port = 0): FlowNode => ({
      id: 'sub',
      type: 'subflow',
      in: [{ wires: [{ id: 'inner' }] }],
      out: [{ wires: [{ id: out, port }] }],
    });
    const instance = node('i', 'subflow:sub', [['sink']]);
    const inner = node('inner', 'switch', [[], []], { z: 'sub' });
    assert.equal(found(consumer('i'), instance, template('inner'), inner, sink), 'mongo-sink');
    assert.equal(found(consumer('i'), instance, template('inner', 1), inner, sink), 'mongo-sink');
    assert.equal(found(consumer('i'), instance, template('elsewhere'), inner, sink), 'nothing-confirms');
    const innerSink = { ...sink, id: 'inner', z: 'sub' };
    assert.equal(found(consumer('i'), node('i', 'subflow:sub'), template('x'), innerSink), 'mongo-sink');
    const straight: FlowNode = {
      id: 'sub',
      type: 'subflow',
      in: [{ wires: [{ id: 'sub' }] }],
      out: [{ wires: [{ id: 'sub', port: 0 }] }],
    };
    assert.equal(found(consumer('i'), instance, straight, sink), 'mongo-sink');
  });

  it('from a consumer inside a subflow, along the wires of its own instance', () => {
    const template: FlowNode = {
      id: 'sub',
      type: 'subflow',
      in: [],
      out: [{ wires: [{ id: 'consumer', port: 0 }] }],
    };
    const inside = node('consumer', 'kafka-consumer', [[], []], { z: 'sub' });
    const nodes = [
      template,
      inside,
      node('i1', 'subflow:sub', [['sink']]),
      node('i2', 'subflow:sub', [[]]),
      sink,
    ];
    assert.equal(confirmPolicy('automatic', 'consumer', 'i1', nodes).because, 'mongo-sink');
    assert.equal(confirmPolicy('automatic', 'consumer', 'i2', nodes).because, 'nothing-confirms');
  });

  it('handing on, when nothing else does', () => {
    assert.deepEqual(confirmPolicy('automatic', 'consumer', 'tab', [consumer('d'), node('d', 'debug')]), {
      by: 'handed-on',
      because: 'nothing-confirms',
    });
  });

  it('comes to an end where wires go round in circles', () => {
    assert.equal(
      found(consumer('a'), node('a', 'delay', [['b']]), node('b', 'delay', [['a']])),
      'nothing-confirms',
    );
  });
});

describe('who confirms, by setting', () => {
  it('is not looked for', () => {
    assert.deepEqual(confirmPolicy('flow', 'c', undefined, []), { by: 'flow', because: 'setting' });
    assert.deepEqual(confirmPolicy('handed-on', 'c', undefined, []), { by: 'handed-on', because: 'setting' });
  });
});
