import { LAST_10, readAddress, writeAddress, type SeriesName } from './address';
import type { Language } from './texts';

export type Theme = 'auto' | 'light' | 'dark';
/** As the page is seen; on paper everything is black on white. */
export type ShownTheme = 'light' | 'dark' | 'print';

const LANGUAGE_KEY = 'serial-kafka-mongo.language';
const WALL_KEY = 'serial-kafka-mongo.wall';
const THEME_KEY = 'serial-kafka-mongo.theme';

/** @returns the chosen language, else the browser's, else English */
export function readLanguage(): Language {
  const chosen = read(LANGUAGE_KEY);
  if (chosen === 'es' || chosen === 'en') return chosen;
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'es' || tag === 'en');
  return known === 'es' ? 'es' : 'en';
}

export function writeLanguage(language: Language): void {
  write(LANGUAGE_KEY, language);
}

export function readTheme(): Theme {
  const chosen = read(THEME_KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

export function writeTheme(theme: Theme): void {
  write(THEME_KEY, theme);
}

/** @returns what was last put on the wall, so that charts of several nodes come together there */
export function readWall(): SeriesName[] {
  return readAddress(read(WALL_KEY) ?? '').series?.slice() ?? [];
}

export function writeWall(series: readonly SeriesName[]): void {
  write(WALL_KEY, writeAddress('', { view: 'wall', series, range: LAST_10 }));
}

// A browser may forbid storage; a choice then lasts as long as the page.
const session = new Map<string, string>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? session.get(key) ?? null;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return session.get(key) ?? null;
  }
}

function write(key: string, value: string): void {
  session.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
