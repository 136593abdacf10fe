// What the terminal says, in the language of whoever reads it. The first npm of a bare checkout says some of it, so this uses
// nothing that is not built into the system's own Node.js.
import { readFileSync } from 'node:fs';

const CATALOGS = Object.fromEntries(
  ['en', 'es'].map((language) => [
    language,
    JSON.parse(readFileSync(new URL(`./${language}.json`, import.meta.url), 'utf8')),
  ]),
);

export function languageOf({ LC_ALL, LC_MESSAGES, LANG }) {
  return /^es(?![a-z])/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'es' : 'en';
}

export function t(key, params = {}, env = process.env) {
  const text = CATALOGS[languageOf(env)][key];
  if (text === undefined) throw new Error(`there is no text ${key}`);
  const lines = Array.isArray(text) ? text.join('\n') : text;
  return lines.replace(/__([a-zA-Z]+)__/g, (whole, name) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}
