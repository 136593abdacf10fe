import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../stack/paths';
import {
  causesOf,
  LANGUAGES,
  matches,
  readCauses,
  problemTexts,
  troubleshootingPage,
} from '../../../tools/docs/troubleshooting';

describe('the page of what to do', () => {
  const causes = readCauses();
  const keys = [...problemTexts('en-US').values()].flat().map(({ key }) => key);

  it('has each status, reason and error of the catalogs (docs/troubleshooting/causes.json says why and what to do)', () => {
    assert.ok(keys.length > 250, `${keys.length} texts`);
    assert.deepEqual(
      keys.filter((key) => causesOf(key, causes).length === 0),
      [],
    );
  });

  it('has no cause of what is not there any more', () => {
    const idle = causes
      .flatMap((cause) => cause.of)
      .filter((pattern) => !keys.some((key) => matches(pattern, key)));
    assert.deepEqual(idle, []);
  });

  for (const language of LANGUAGES) {
    it(`names what stands in the dialogs in ${language} as it stands there`, () => {
      const known = textsIn(language);
      const named = causes
        .flatMap((cause) => (language === 'es' ? cause.es : cause.en))
        .flatMap((text) => [...text.replace(/`[^`]*`/g, '').matchAll(/\*([^*]+)\*/g)])
        .map(([, name = '']) => name);
      assert.deepEqual(
        named.filter((name) => !known.has(name.toLowerCase())),
        [],
      );
    });

    it(`shows each text of ${language}, with cause and cure`, () => {
      const page = troubleshootingPage(language, causes);
      for (const { text } of [...problemTexts(language).values()].flat())
        assert.ok(page.includes(text.replaceAll('`', "'")), text);
    });
  }
});

/** Every text of the catalogs, in small letters. */
function textsIn(language: string): Set<string> {
  const texts = new Set<string>();
  for (const type of readdirSync(path.join(ROOT, 'nodes'))) {
    const file = path.join(ROOT, 'nodes', type, 'locales', language, `${type}.json`);
    if (!existsSync(file)) continue;
    JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) => {
      if (typeof value === 'string') texts.add(value.toLowerCase());
      return value;
    });
  }
  return texts;
}
