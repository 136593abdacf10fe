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
      after: undefined,
      limit: 50,
    });
    assert.deepEqual(readRequest('series', { nodo: 'a' }), {
      action: 'series',
      nodo: 'a',
      range: { kind: 'last', count: 10 },
      points: 600,
      zone: undefined,
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

  it('takes a time zone by its name; of one that is newer than this runtime, UTC has to do', () => {
    const zone = (name: unknown): string | undefined => {
      const request = readRequest('series', { nodo: 'a', zone: name });
      return request.action === 'series' ? request.zone?.name : undefined;
    };
    assert.equal(zone('Asia/Kathmandu'), 'Asia/Kathmandu');
    assert.equal(zone('Mars/Olympus_Mons'), undefined);
    for (const other of [{ $ne: 1 }, 5, '', 'a b', 'x'.repeat(65), null])
      refused('series', { nodo: 'a', zone: other }, 'field');
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

  it('takes a range that reaches beyond what can be stored for the part of it that can', () => {
    const range = (from: number, to: number): unknown => {
      const request = readRequest('series', { nodo: 'a', from, to });
      return request.action === 'series' && request.range;
    };
    const end = 1_000 * (2 ** 32 - 1);
    assert.deepEqual(range(Date.UTC(1960, 0), 1_000), { kind: 'between', from: 0, to: 1_000 });
    assert.deepEqual(range(5, Date.UTC(2150, 0)), { kind: 'between', from: 5, to: end });
    assert.deepEqual(range(Date.UTC(1960, 0), Date.UTC(1961, 0)), { kind: 'between', from: 0, to: 1 });
    assert.deepEqual(range(Date.UTC(2150, 0), Date.UTC(2151, 0)), {
      kind: 'between',
      from: end - 1,
      to: end,
    });
    assert.throws(() => range(2, 1));
    assert.throws(() => range(0, 1e17));
  });
});
