import assert from 'node:assert/strict';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import { readRequest } from '../../../nodes/topic-catalog/requests';

function refused(action: unknown, payload: unknown, key: string): void {
  assert.throws(
    () => readRequest(action, payload),
    (error) =>
      error instanceof CatalogError &&
      error.source === 'request' &&
      error.key === `topic-catalog.errors.${key}`,
  );
}

describe('topic-catalog: what a request may ask', () => {
  it('takes every action with its defaults, also as an inject node sends it', () => {
    assert.deepEqual(readRequest('topics', undefined), { action: 'topics' });
    assert.deepEqual(readRequest('topics', 1700000000000), { action: 'topics' });
    assert.deepEqual(readRequest('events', ''), { action: 'events' });
    assert.deepEqual(readRequest('nodes', {}), {
      action: 'nodes',
      nodo: undefined,
      topic: undefined,
      search: '',
      sort: 'nodo',
      descending: false,
      offset: 0,
      limit: 50,
    });
    assert.deepEqual(readRequest('series', { nodo: 'a' }), {
      action: 'series',
      nodo: 'a',
      range: { kind: 'last', count: 10 },
      points: 600,
    });
  });

  it('takes the choice of a dropdown as the node', () => {
    const request = readRequest('series', 'comuna_15');
    assert.equal(request.action === 'series' && request.nodo, 'comuna_15');
  });

  it('reads each kind of range', () => {
    const range = (payload: object): unknown => {
      const request = readRequest('series', { nodo: 'a', ...payload });
      return request.action === 'series' && request.range;
    };
    assert.deepEqual(range({ last: 3 }), { kind: 'last', count: 3 });
    assert.deepEqual(range({ recent: 900_000 }), { kind: 'recent', milliseconds: 900_000 });
    assert.deepEqual(range({ from: 5, to: 10 }), { kind: 'between', from: 5, to: 10 });
    assert.deepEqual(range({ all: true }), { kind: 'all' });
  });

  it('refuses a name that is not a text, so that no query operator reaches the database', () => {
    for (const nodo of [{ $ne: null }, { $gt: '' }, ['a'], 7, null, '', true, 'x'.repeat(5000)]) {
      refused('series', { nodo }, 'field');
      refused('nodes', { nodo }, 'field');
    }
    refused('nodes', { search: { $regex: '.*' } }, 'field');
    refused('nodes', { topic: { $ne: 1 } }, 'field');
    refused('nodes', { sort: '$where' }, 'field');
  });

  it('refuses fields it does not know: a browser names no collection and no topic to read', () => {
    refused('series', { nodo: 'a', collection: 'system.users' }, 'unknown-field');
    refused('nodes', { $where: 'sleep(1000)' }, 'unknown-field');
    refused('topics', { names: ['x'] }, 'unknown-field');
  });

  it('refuses numbers out of bounds', () => {
    refused('series', { nodo: 'a', last: 0 }, 'field');
    refused('series', { nodo: 'a', last: 1e9 }, 'field');
    refused('series', { nodo: 'a', from: 10, to: 5 }, 'field');
    refused('series', { nodo: 'a', from: NaN }, 'field');
    refused('series', { nodo: 'a', from: '5' }, 'field');
    refused('series', { nodo: 'a', points: 1e7 }, 'field');
    refused('nodes', { limit: 100_000 }, 'field');
    refused('nodes', { offset: -1 }, 'field');
  });

  it('refuses other actions and payloads, and says which', () => {
    refused('drop', {}, 'action');
    refused({ $gt: 1 }, {}, 'action');
    refused('nodes', ['a'], 'payload');
    refused('topics', 'x', 'payload');
  });
});
