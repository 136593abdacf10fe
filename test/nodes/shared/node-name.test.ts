import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { nameUnnamed } from '../../../nodes/shared/node-name';

describe('a node without a name', () => {
  it('is called by its flow and what it is about, where Node-RED would write its id', () => {
    assert.equal(named({}, 'Edge', ' Prueba '), 'Edge / Prueba');
  });

  it('is called by one of them where there is no other', () => {
    assert.equal(named({}, '', 'Prueba'), 'Prueba');
    assert.equal(named({}, 'Edge', undefined), 'Edge');
  });

  it('keeps what it has where there is neither, and its name where it has one', () => {
    assert.equal(named({}, '', ''), undefined);
    assert.equal(named({ name: 'the roof' }, 'Edge', 'Prueba'), 'the roof');
  });
});

function named(node: { name?: string }, flow: string, about: unknown): string | undefined {
  const RED = { util: { evaluateNodeProperty: (name: string) => (name === 'NR_FLOW_NAME' ? flow : '') } };
  nameUnnamed(RED as unknown as NodeAPI, node as Node, about);
  return node.name;
}
