import type { Refusal } from './who-may-ask';

type Texts = Record<Refusal['because'], (refusal: { host?: string; origin?: string }) => string>;

const TEXTS: Record<'en' | 'es', Texts> = {
  en: {
    host: ({ host = '' }) =>
      `This server does not know itself as "${host}". If that is one of its names, tell it so: set HOST_NAMES (npm start), or "names" where protect() is called in settings.js.`,
    origin: () =>
      'Only pages of this server may ask this of it. If the page came from here under another name, set HOST_NAMES (npm start), or "names" where protect() is called in settings.js.',
  },
  es: {
    host: ({ host = '' }) =>
      `Este servidor no se conoce como "${host}". Si ese es uno de sus nombres, indíqueselo: defina HOST_NAMES (npm start), o "names" donde settings.js llama a protect().`,
    origin: () =>
      'Solo las páginas de este servidor pueden pedirle esto. Si la página vino de aquí con otro nombre, defina HOST_NAMES (npm start), o "names" donde settings.js llama a protect().',
  },
};

/**
 * @param languages the Accept-Language header
 * @returns what a person reads where a request was refused; plain text, never HTML, since it repeats what was asked
 */
export function refusalText(refusal: Refusal, languages = ''): string {
  const language = /^\s*es\b/i.test(languages) ? 'es' : 'en';
  return TEXTS[language][refusal.because](refusal);
}
