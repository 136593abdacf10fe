import assert from 'node:assert/strict';
import { SettingError } from '../../stack/config';
import { dataDirError } from '../../stack/data-dir-error';

describe('a data directory that cannot be written to', () => {
  for (const [what, code, sentence] of [
    ['of another user', 'EACCES', /^DATA_DIR: \/d belongs to another user/],
    ['on a read-only disk', 'EROFS', /^DATA_DIR: \/d is on a disk that is read-only/],
    [
      'on a read-only disk, as Node.js says it of mkdir',
      'ENOENT',
      /^DATA_DIR: \/d is on a disk that is read-only/,
    ],
    ['on a full disk', 'ENOSPC', /^DATA_DIR: the disk of \/d is full/],
    ['that is a file', 'ENOTDIR', /^DATA_DIR: \/d is not a folder/],
  ] as const) {
    it(`is told in a sentence: one ${what}`, () => {
      const told = dataDirError(Object.assign(new Error(code), { code, syscall: 'mkdir' }), '/d');
      assert.ok(told instanceof SettingError);
      assert.match(told.message, sentence);
    });
  }

  it('leaves an error alone that is about something else', () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' });
    assert.equal(dataDirError(missing, '/d'), missing);
  });
});
