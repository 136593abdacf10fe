import type { Language } from './texts';

export type Theme = 'auto' | 'light' | 'dark';

const LANGUAGE_KEY = 'serial-kafka-mongo.language';
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
