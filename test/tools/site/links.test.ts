import assert from 'node:assert/strict';
import { rewriteLinks } from '../../../tools/site/links';
import type { Page } from '../../../tools/site/pages';

const page = (source: string, place: string): Page => ({
  source,
  place,
  language: 'en',
  group: 'use',
  title: source,
});
const here = page('docs/boards.md', 'boards.md');
const pages = [here, page('README.md', 'index.md'), page('docs/decisions/README.md', 'decisions/index.md')];

function rewritten(text: string): string {
  return rewriteLinks(text, here, pages).text;
}

describe('a page of the site', () => {
  it('leads to other pages, with the place in them', () => {
    assert.equal(rewritten('[back](../README.md#two-commands)'), '[back](/index.md#two-commands)');
    assert.equal(rewritten('[why](decisions/)'), '[why](/decisions/index.md)');
  });

  it('leaves addresses and places of its own as they are', () => {
    for (const link of ['[x](https://a.b/c.md)', '[x](#there)', '<http://127.0.0.1:7000/>'])
      assert.equal(rewritten(link), link);
  });

  it('names what is no page, and leads nowhere', () => {
    assert.equal(rewritten('see [the test](../test/docs/boards.test.ts).'), 'see the test.');
  });

  it('takes its pictures along', () => {
    const { text, pictures } = rewriteLinks('[![all](dashboard.png)](../README.md)', here, pages);
    assert.equal(text, '[![all](/docs/dashboard.png)](/index.md)');
    assert.deepEqual(pictures, ['docs/dashboard.png']);
  });

  it('keeps what would be a program or an element to VitePress', () => {
    assert.equal(
      rewritten('`<topic>.dlq` and <topic> {{x}}'),
      '`<topic>.dlq` and &lt;topic> &#123;&#123;x}}',
    );
    assert.equal(rewritten('```sh\necho "[a](b) <c>"\n```'), '```sh\necho "[a](b) <c>"\n```');
  });
});
