import { MOST_SERIES, readAddress, writeAddress, type Address, type SeriesName } from './address';
import type { Language } from './texts';

export type Theme = 'auto' | 'light' | 'dark';
/** As the page is seen; on paper everything is black on white. */
export type ShownTheme = 'light' | 'dark' | 'print';

/** Charts that are to hang on a wall, over what range and how they look there. */
export interface Wall extends Address {
  view: 'wall';
  series: readonly SeriesName[];
}

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

/** @returns the wall that this browser keeps, so that charts of several nodes come together there; empty at first */
export function readWall(): Wall {
  return wallOf(readAddress(read(WALL_KEY) ?? ''));
}

export function writeWall(wall: Wall): void {
  write(WALL_KEY, textOfWall(wall));
}

/** @returns what is kept of an address: no more charts than a wall has room for */
export function wallOf({ series = [], range, theme }: Pick<Address, 'series' | 'range' | 'theme'>): Wall {
  return { view: 'wall', series: series.slice(0, MOST_SERIES), range, ...(theme ? { theme } : {}) };
}

/** @returns a text that tells one wall from another */
export function textOfWall(wall: Wall): string {
  return writeAddress('', wall);
}

/**
 * Calls when another tab of this browser has changed the wall.
 * @returns what ends that
 */
export function onOthersWall(call: () => void): () => void {
  const listen = ({ key }: StorageEvent): void => {
    if (key === WALL_KEY || key === null) call();
  };
  window.addEventListener('storage', listen);
  return () => window.removeEventListener('storage', listen);
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
