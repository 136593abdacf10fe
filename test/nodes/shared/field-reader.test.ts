import assert from 'node:assert/strict';
import { FieldReader } from '../../../nodes/shared/field-reader';

const fields = new FieldReader({ unset: 'unset', choice: 'choice', number: 'number' });
const rule = { otherwise: 5, min: 1, max: 10 };

describe('a reader of fields', () => {
  it('reads what is set, without the spaces around it, and what stands for an empty field', () => {
    assert.equal(fields.text(' a ', 'f'), 'a');
    assert.equal(fields.choice(' b ', 'f', ['a', 'b']), 'b');
    assert.equal(fields.choice('', 'f', ['a', 'b']), 'a');
    assert.equal(fields.number('2.5', 'f', rule), 2.5);
    assert.equal(fields.wholeNumber(undefined, 'f', rule), 5);
    assert.equal(
      fields.optional(' ', (value) => value),
      undefined,
    );
  });

  it('names the field, its value and what it can be', () => {
    assert.throws(() => fields.choice('c', 'f', ['a', 'b']), {
      key: 'choice',
      params: { field: 'f', value: 'c', choices: 'a, b' },
    });
    assert.throws(() => fields.number('11', 'f', rule), {
      key: 'number',
      params: { field: 'f', value: '11', min: 1, max: 10 },
    });
    assert.throws(() => fields.wholeNumber('2.5', 'f', rule, 'whole'), { key: 'whole' });
  });

  it('says of each kind of field that its variable is not set', () => {
    for (const read of [
      () => fields.text('${X}', 'f'),
      () => fields.choice('${X}', 'f', ['a']),
      () => fields.number('${X}', 'f', rule),
      () => fields.wholeNumber('${X}', 'f', rule),
    ]) {
      assert.throws(read, { key: 'unset', params: { field: 'f', variable: 'X', value: '${X}' } });
    }
  });
});
