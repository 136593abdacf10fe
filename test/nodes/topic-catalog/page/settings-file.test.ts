import assert from 'node:assert/strict';
import type { Note } from '../../../../nodes/topic-catalog/contract';
import {
  collectSettings,
  importSettings,
  readSettings,
  readSettingsFile,
  writeSettingsFile,
} from '../../../../nodes/topic-catalog/page/settings-file';

const VARIABLE = { nodo: null, variable: 'luz', name: 'Luz' };

interface ImportPayload {
  check: boolean;
  variables: unknown[];
  notes: unknown[];
  total: object;
}

function notes(count: number): Note[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `${n}`,
    nodo: 'a',
    from: n,
    to: null,
    text: 'x',
    written: 0,
  }));
}

describe('the page: settings in a file', () => {
  it('are all that is set and every note, however many answers these take, and are read as they were written', async () => {
    const all = notes(450);
    const ask = (_action: string, { offset, limit }: { offset?: number; limit?: number }): Promise<never> =>
      Promise.resolve({ notes: all.slice(offset, offset! + limit!), total: all.length } as never);
    const file = await collectSettings({ ask }, [VARIABLE]);
    assert.deepEqual(file, { variables: [VARIABLE], notes: all });
    assert.deepEqual(readSettingsFile(writeSettingsFile(file)), file);
  });

  it('are not taken out of another file', () => {
    for (const text of ['', 'x', 'null', '[]', '{}', '{"variables":[],"notes":[]}'])
      assert.throws(() => readSettingsFile(text), { reason: 'notOurs' }, text);
    const half = writeSettingsFile({ variables: [], notes: [] }).replace('"notes"', '"others"');
    assert.throws(() => readSettingsFile(half), { reason: 'notOurs' });
    assert.throws(() => readSettingsFile(' '.repeat(10_000_001)), { reason: 'tooLarge' });
  });

  /** A topic-catalog that has these notes, and what it was asked to take in. */
  function catalog(present: Note[] = []): { ask: never; asked: object[] } {
    const asked: object[] = [];
    const ask = (action: string, payload: Record<string, unknown>): Promise<unknown> => {
      if (action === 'notes') return Promise.resolve({ notes: present, total: present.length });
      const { check = false, variables = [], notes = [], total } = payload as Partial<ImportPayload>;
      asked.push({ check, variables: variables.length, notes: notes.length, ...(total ? { total } : {}) });
      return Promise.resolve(undefined);
    };
    return { ask: ask as never, asked };
  }

  it('are checked as a whole before the first of them is changed, in pieces that a message holds', async () => {
    const { ask, asked } = catalog();
    const told: number[] = [];
    await importSettings({ ask }, { variables: [VARIABLE], notes: notes(120) }, [], (done) =>
      told.push(done),
    );
    const pieces = [
      { variables: 1, notes: 50 },
      { variables: 0, notes: 50 },
      { variables: 0, notes: 20 },
    ];
    const total = { check: true, variables: 0, notes: 0, total: { variables: 1, notes: 120 } };
    assert.deepEqual(asked, [
      ...pieces.map((piece) => ({ check: true, ...piece })),
      total,
      ...pieces.map((piece) => ({ check: false, ...piece })),
    ]);
    assert.deepEqual(told, [51, 101, 121]);
    const refusing = { ask: (): Promise<never> => Promise.reject(new Error('refused')) };
    const file = { variables: [VARIABLE], notes: [] };
    await assert.rejects(importSettings(refusing, file, [], () => assert.fail()));
  });

  it('are counted with what is set already, each once, before the first of them is changed', async () => {
    const { ask, asked } = catalog(notes(3));
    const set = ['luz', 'ruido', 'gas'].map((variable) => ({ nodo: null, variable, unit: 'x' }));
    const own = { nodo: 'a', variable: 'luz', unit: 'lx' };
    const file = { variables: [VARIABLE, own, own, { nodo: null, variable: 'gas' }], notes: notes(5) };
    await importSettings({ ask }, file, set, () => undefined);
    assert.deepEqual(asked[1], { check: true, variables: 0, notes: 0, total: { variables: 3, notes: 5 } });
  });

  it('are not even read where the file is larger than all that may be set', async () => {
    const file = { size: 31_000_000, text: () => assert.fail('read') };
    await assert.rejects(readSettings(file), { reason: 'tooLarge' });
    const text = writeSettingsFile({ variables: [VARIABLE], notes: [] });
    assert.deepEqual(await readSettings(new Blob([text])), { variables: [VARIABLE], notes: [] });
  });
});
