import assert from 'node:assert/strict';
import type { Note } from '../../../../nodes/topic-catalog/contract';
import {
  collectSettings,
  importSettings,
  readSettingsFile,
  writeSettingsFile,
} from '../../../../nodes/topic-catalog/page/settings-file';

const VARIABLE = { nodo: null, variable: 'luz', name: 'Luz' };

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

  it('are checked as a whole before the first of them is changed, in pieces that a message holds', async () => {
    const asked: { check?: boolean; variables: number; notes: number }[] = [];
    const ask = (_action: string, payload: object): Promise<never> => {
      const {
        check = false,
        variables,
        notes,
      } = payload as { check?: boolean; variables: unknown[]; notes: unknown[] };
      asked.push({ check, variables: variables.length, notes: notes.length });
      return Promise.resolve(undefined as never);
    };
    const told: number[] = [];
    await importSettings({ ask }, { variables: [VARIABLE], notes: notes(120) }, (done) => told.push(done));
    const pieces = [
      { variables: 1, notes: 50 },
      { variables: 0, notes: 50 },
      { variables: 0, notes: 20 },
    ];
    assert.deepEqual(
      asked,
      [true, false].flatMap((check) => pieces.map((piece) => ({ check, ...piece }))),
    );
    assert.deepEqual(told, [51, 101, 121]);
    const refusing = { ask: (): Promise<never> => Promise.reject(new Error('refused')) };
    await assert.rejects(importSettings(refusing, { variables: [VARIABLE], notes: [] }, () => assert.fail()));
  });
});
