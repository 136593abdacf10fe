import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assemble } from '../../../tools/site/assemble';
import { NODES, referenceOf } from '../../../tools/site/reference';
import { dialogOf } from '../../support/dialogs';

describe("the documentation's pages", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'site-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('are all in the sidebar of their language, and lead nowhere that is not there', () => {
    const count = assemble(folder);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const pages = files.filter((file) => file.endsWith('.md'));
    assert.equal(pages.length, count);
    const { sidebars } = JSON.parse(readFileSync(path.join(folder, '.vitepress/pages.json'), 'utf8')) as {
      sidebars: Record<'en' | 'es', { items: { link: string }[] }[]>;
    };
    for (const [language, groups] of Object.entries(sidebars)) {
      const links = groups.flatMap(({ items }) => items.map(({ link }) => link));
      const own = pages.filter((file) => file.startsWith('es/') === (language === 'es'));
      assert.equal(links.length, own.length, language);
    }
    for (const file of pages) {
      const text = readFileSync(path.join(folder, file), 'utf8').replace(/^```[^]*?^```$/gm, '');
      for (const [, target = ''] of text.matchAll(/\]\(\/([^)#]+)/g))
        assert.ok(files.includes(target) || files.includes(`public/${target}`), `${file} leads to ${target}`);
    }
  });

  for (const node of NODES) {
    it(`tell each setting of ${node} in both languages`, () => {
      const saved = Object.keys(dialogOf(node).defaults);
      for (const language of ['en', 'es'] as const) {
        const text = referenceOf(node, language);
        const told = [...text.matchAll(/\| `([\w-]+)` \|$/gm)].map(([, name]) => name);
        assert.ok(told.length > 0 && told.every((name) => saved.includes(name ?? '')), `${told.join()}`);
        assert.ok(text.includes('<p>'), 'its help');
      }
    });
  }
});
