export type Language = 'en' | 'es';

/** @returns the language of a terminal: LC_ALL, LC_MESSAGES and LANG name it, the first that is set */
export function languageOf(env: NodeJS.ProcessEnv): Language;

/**
 * @param key of a text in en.json and es.json; several lines stand there as a list
 * @param params what is put in the places of `__name__`
 * @param env by which the language is known
 */
export function t(
  key: string,
  params?: Readonly<Record<string, string | number>>,
  env?: NodeJS.ProcessEnv,
): string;
