import assert from 'node:assert/strict';
import { isBlank, readChoice, readNumber, readText, readWholeNumber } from '../../../nodes/shared/fields';
import { UserError } from '../../../nodes/shared/user-error';

const refuse = (value: string): UserError => new UserError('refused', { value });
const refused = (value: string) => (error: unknown) =>
  error instanceof UserError && error.key === 'refused' && error.params.value === value;

describe('a field of a dialog', () => {
  it('is empty where nothing is saved, or spaces', () => {
    for (const value of [undefined, '', '  ']) assert.ok(isBlank(value));
    for (const value of [0, '0', ' a ']) assert.ok(!isBlank(value));
  });

  it('is text without the spaces around it, unless a variable in it is not set', () => {
    assert.equal(readText(' a b ', 'f', 'unset'), 'a b');
    assert.equal(readText(7, 'f', 'unset'), '7');
    assert.equal(readText(undefined, 'f', 'unset'), '');
    assert.throws(() => readText('${X}', 'f', 'unset'), { key: 'unset' });
  });

  it('is a number within its bounds, given as one or as text', () => {
    const rule = { otherwise: 5, min: 1, max: 10 };
    assert.equal(readNumber(1, rule, refuse), 1);
    assert.equal(readNumber(' 2.5 ', rule, refuse), 2.5);
    assert.equal(readNumber('10', rule, refuse), 10);
    for (const value of [undefined, '', ' ']) assert.equal(readNumber(value, rule, refuse), 5);
    for (const value of ['0.9', '10.1', 'ten', '1 0', 'NaN'])
      assert.throws(() => readNumber(value, rule, refuse), refused(value));
    const unbounded = { ...rule, max: Infinity };
    assert.throws(() => readNumber('Infinity', unbounded, refuse), refused('Infinity'));
  });

  it('is a whole number where only that makes sense', () => {
    const rule = { otherwise: 5, min: 1, max: 10 };
    assert.equal(readWholeNumber('10', rule, refuse), 10);
    assert.equal(readWholeNumber('', rule, refuse), 5);
    for (const value of ['2.5', '0', '11', 'x'])
      assert.throws(() => readWholeNumber(value, rule, refuse), refused(value));
  });

  it('is one of several values, the first where nothing is chosen', () => {
    assert.equal(readChoice('even', ['none', 'even'], refuse), 'even');
    assert.equal(readChoice('1.5', [1, 1.5, 2], refuse), 1.5);
    assert.equal(readChoice(2, [1, 1.5, 2], refuse), 2);
    for (const value of [undefined, '', ' '])
      assert.equal(readChoice(value, ['none', 'even'], refuse), 'none');
    assert.throws(() => readChoice('both', ['none', 'even'], refuse), refused('both'));
  });
});
