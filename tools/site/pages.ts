import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

export type Language = 'en' | 'es';

/** A page of the site that is a Markdown file of this repository. */
export interface Page {
  /** its file, from the root of the repository */
  source: string;
  /** its place on the site */
  place: string;
  language: Language;
  group: Group;
  title: string;
}

/** What stands together in the sidebar, in this order. */
export type Group = 'begin' | 'use' | 'run' | 'behind';

export const GROUPS: readonly Group[] = ['begin', 'use', 'run', 'behind'];

/** What is not in docs/, or stands elsewhere than its name says; the other files of docs/ are found by themselves. */
const PLACES: Record<string, { place: string; group: Group }> = {
  'README.md': { place: 'index.md', group: 'begin' },
  'README.es.md': { place: 'es/index.md', group: 'begin' },
  'deploy/README.md': { place: 'service.md', group: 'run' },
  'deploy/README.es.md': { place: 'es/servicio.md', group: 'run' },
  'SECURITY.md': { place: 'security.md', group: 'run' },
  'CHANGELOG.md': { place: 'changelog.md', group: 'run' },
  'CONTRIBUTING.md': { place: 'contributing.md', group: 'behind' },
  'bench/README.md': { place: 'benchmarks.md', group: 'behind' },
  'test/faults/README.md': { place: 'faults.md', group: 'behind' },
};

const BEHIND = new Set(['architecture.md', 'scorecard.md', 'publishing.md', 'scale.md']);
const RUN = new Set(['delivery.md', 'mongodb.md', 'operation.md', 'operacion.md']);
const BEGIN = new Set(['first-hour.md', 'primera-hora.md', 'exercise-2021.md', 'ejercicio-2021.md']);

/** @returns all pages that are written in this repository, those of docs/ by their names */
export function findPages(): Page[] {
  const inDocs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.split(path.sep).some((part) => part.startsWith('.')))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
  return [
    ...Object.entries(PLACES).map(([source, { place, group }]) => page(source, place, group)),
    ...inDocs.map((file) => pageOfDocs(file)),
  ];
}

function pageOfDocs(file: string): Page {
  const source = `docs/${file}`;
  const place = isSpanish(source) ? `es/${file}` : file.replace(/(^|\/)README\.md$/, '$1index.md');
  return page(source, place, groupOf(file));
}

function groupOf(file: string): Group {
  if (file.includes('/') || BEHIND.has(file)) return 'behind';
  if (BEGIN.has(file)) return 'begin';
  return RUN.has(file) ? 'run' : 'use';
}

function page(source: string, place: string, group: Group): Page {
  const heading = /^# (.+)$/m.exec(read(source))?.[1] ?? source;
  return {
    source,
    place,
    group,
    language: isSpanish(source) ? 'es' : 'en',
    title: heading.replaceAll('`', ''),
  };
}

/** The second line of a page that is there in both languages leads to the other. */
function isSpanish(source: string): boolean {
  return /^\*\[In English\]/m.test(read(source).slice(0, 500));
}

function read(source: string): string {
  return readFileSync(path.join(ROOT, source), 'utf8');
}
