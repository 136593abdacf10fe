import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { LANGUAGES, troubleshootingPage, troubleshootingTitle } from '../docs/troubleshooting';
import { rewriteLinks } from './links';
import { findPages, GROUPS, type Group, type Language, type Page } from './pages';
import { NODES, referenceOf } from './reference';

interface SidebarGroup {
  text: string;
  items: { text: string; link: string }[];
}

const TITLES: Record<Language, Record<Group | 'reference', string>> = {
  en: {
    begin: 'Begin',
    use: 'Use',
    run: 'Run',
    behind: 'Behind it',
    reference: 'The nodes, setting by setting',
  },
  es: {
    begin: 'Empezar',
    use: 'Usar',
    run: 'Operar',
    behind: 'Por dentro',
    reference: 'Los nodos, ajuste por ajuste',
  },
};

/**
 * Writes the site's pages: those of the repository, with their links and pictures, and one for each node.
 * @param folder where they go; emptied first
 * @returns how many pages there are
 */
export function assemble(folder: string): number {
  rmSync(folder, { recursive: true, force: true });
  const pages = findPages();
  const pictures = new Set<string>();
  for (const page of pages) {
    const rewritten = rewriteLinks(readFileSync(path.join(ROOT, page.source), 'utf8'), page, pages);
    for (const picture of rewritten.pictures) pictures.add(picture);
    put(folder, page.place, rewritten.text);
  }
  const causes = LANGUAGES.map(troublesPage);
  for (const { page, text } of causes) put(folder, page.place, rewriteLinks(text, page, pages).text);
  for (const picture of pictures) {
    const to = path.join(folder, 'public', picture);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(path.join(ROOT, picture), to);
  }
  const references = (['en', 'es'] as const).flatMap((language) =>
    NODES.map((node) => {
      const place = referencePlace(node, language);
      put(folder, place, referenceOf(node, language));
      return place;
    }),
  );
  const all = [...pages, ...causes.map(({ page }) => page)];
  const sidebars = { en: sidebarOf('en', all), es: sidebarOf('es', all) };
  put(folder, '.vitepress/pages.json', JSON.stringify({ sidebars }, null, 2));
  copyFileSync(path.join(ROOT, 'site/config.mjs'), path.join(folder, '.vitepress/config.mjs'));
  return all.length + references.length;
}

/** What each status and error means: out of the catalogs, as if it stood in docs/. */
function troublesPage(language: (typeof LANGUAGES)[number]): { page: Page; text: string } {
  const spanish = language === 'es';
  const page: Page = {
    source: spanish ? 'docs/problemas.md' : 'docs/troubleshooting.md',
    place: spanish ? 'es/problemas.md' : 'troubleshooting.md',
    language: spanish ? 'es' : 'en',
    group: 'run',
    title: troubleshootingTitle(language),
  };
  return { page, text: troubleshootingPage(language) };
}

function sidebarOf(language: Language, pages: readonly Page[]): SidebarGroup[] {
  const titles = TITLES[language];
  const groups = GROUPS.map((group) => ({
    text: titles[group],
    items: pages
      .filter((page) => page.language === language && page.group === group)
      .map(({ title, place }) => ({ text: title, link: linkOf(place) })),
  }));
  const nodes = NODES.map((node) => ({ text: node, link: linkOf(referencePlace(node, language)) }));
  groups.splice(2, 0, { text: titles.reference, items: nodes });
  return groups.filter(({ items }) => items.length > 0);
}

function referencePlace(node: string, language: Language): string {
  return `${language === 'es' ? 'es/' : ''}reference/${node}.md`;
}

function linkOf(place: string): string {
  return `/${place.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}`;
}

function put(folder: string, place: string, text: string): void {
  const file = path.join(folder, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
