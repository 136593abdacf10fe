import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GUARDS } from '../faults/support/guards';

describe('the guards that the fault suite is tried on', () => {
  for (const { name, file, code } of GUARDS) {
    it(`stand in the code where they are looked for: ${name}`, () => {
      const text = readFileSync(path.join(__dirname, '../..', file), 'utf8');
      assert.equal(text.split(code).length - 1, 1, `${file} should hold exactly once:\n${code}`);
    });
  }
});
