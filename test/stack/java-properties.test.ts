import assert from 'node:assert/strict';
import { javaProperties } from '../../stack/java/properties';

describe('settings for Java', () => {
  it('are written in the letters that it reads them in', () => {
    assert.equal(
      javaProperties({
        'node.id': 1,
        place: 'C:\\datos\\José 温 \u{1F600}',
        ' a key:=': ' x # y',
        note: '!',
      }),
      'node.id=1\n' +
        'place=C:\\\\datos\\\\Jos\\u00e9 \\u6e29 \\ud83d\\ude00\n' +
        '\\ a\\ key\\:\\==\\ x # y\n' +
        'note=!\n',
    );
  });
});
