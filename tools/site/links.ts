import path from 'node:path';
import type { Page } from './pages';

const LINK = /(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g;
const PICTURE = /!\[([^[\]]*)\]\(([^()\s]+)\)/g;

/** A page as the site has it, and the pictures that it shows, from the root of the repository. */
export interface Rewritten {
  text: string;
  pictures: string[];
}

/**
 * Makes the links of a file of the repository those of the site: to another page, or nowhere where what it leads to is no
 * page (a program, a test): then its text alone stays.
 */
export function rewriteLinks(text: string, page: Page, pages: readonly Page[]): Rewritten {
  const pictures: string[] = [];
  const places = new Map(pages.map(({ source, place }) => [source, place]));
  const sourceOf = (file: string): string =>
    path.posix.normalize(path.posix.join(path.posix.dirname(page.source), file)).replace(/\/$/, '');
  const picture = (whole: string, label: string, target: string): string => {
    if (isAddress(target)) return whole;
    const source = sourceOf(target);
    pictures.push(source);
    return `![${label}](/${source})`;
  };
  const link = (whole: string, label: string, target: string): string => {
    if (isAddress(target)) return whole;
    const [file = '', anchor] = target.split('#');
    const source = sourceOf(file);
    const place = places.get(source) ?? places.get(`${source}/README.md`);
    if (place === undefined) return label;
    return `[${label}](/${place}${anchor === undefined ? '' : `#${anchor}`})`;
  };
  const parts = text
    .split(/(^```[^]*?^```$)/m)
    .map((part) =>
      part.startsWith('```') ? part : withoutTags(part.replace(LINK, link).replace(PICTURE, picture)),
    );
  return { text: parts.join(''), pictures };
}

function isAddress(target: string): boolean {
  return /^(?:[a-z]+:|#)/i.test(target);
}

/** VitePress reads `<name>` as an element and `{{` as a program; code it leaves alone. */
function withoutTags(part: string): string {
  return part
    .split(/(`[^`\n]+`)/)
    .map((piece) =>
      piece.startsWith('`') ? piece : piece.replace(/<(?!https?:)/g, '&lt;').replaceAll('{{', '&#123;&#123;'),
    )
    .join('');
}
