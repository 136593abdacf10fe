import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The checkout. */
export const ROOT = path.join(__dirname, '../..');

const NODES = path.join(ROOT, 'nodes');
/** The parts of a catalog that hold what a person is told when something is as it should not be, in this order. */
const PARTS = ['status', 'short', 'outage', 'rejections', 'reasons', 'errors', 'refused'] as const;

export const LANGUAGES = ['en-US', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Why a text is shown, and what to do about it. */
export interface Cause {
  /** keys of texts; a `*` stands for anything */
  of: string[];
  en: [cause: string, cure: string];
  es: [cause: string, cure: string];
}

export interface ProblemText {
  key: string;
  /** as it is shown, "…" for what is filled in */
  text: string;
}

const WORDS = {
  'en-US': {
    title: 'What it says, and what to do',
    intro:
      'Every text that stands under a node, in the log, in Node-RED\'s debug sidebar or in `msg.error`, with its cause and its cure; "…" is filled in. Look for some words of the text with Ctrl+F.',
    cause: 'Why',
    cure: 'What to do',
  },
  es: {
    title: 'Qué dice y qué hacer',
    intro:
      'Cada texto que aparece bajo un nodo, en el registro, en la barra de depuración de Node-RED o en `msg.error`, con su causa y su remedio; «…» es lo que se completa. Busque algunas palabras del texto con Ctrl+F.',
    cause: 'Por qué',
    cure: 'Qué hacer',
  },
} as const;

/** @returns what the page is called */
export function troubleshootingTitle(language: Language): string {
  return WORDS[language].title;
}

/** @returns the types that have texts of problems, with these, in the order of the catalogs */
export function problemTexts(language: Language): Map<string, ProblemText[]> {
  const found = new Map<string, ProblemText[]>();
  for (const type of readdirSync(NODES).sort()) {
    const file = path.join(NODES, type, 'locales', language, `${type}.json`);
    if (!existsSync(file)) continue;
    const catalog = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>)[type];
    const problems = PARTS.flatMap((part) =>
      Object.entries(catalog?.[part] ?? {}).map(([name, text]) => ({
        key: `${type}.${part}.${name}`,
        text: String(text).replace(/__\w+?__/g, '…'),
      })),
    );
    if (problems.length > 0) found.set(type, problems);
  }
  return found;
}

export function readCauses(): Cause[] {
  return JSON.parse(readFileSync(path.join(ROOT, 'docs/troubleshooting/causes.json'), 'utf8')) as Cause[];
}

/** @returns the causes that a text has; of several the one that says the most of its key counts, and stands first */
export function causesOf(key: string, causes: readonly Cause[]): Cause[] {
  const matching = causes.flatMap((cause) =>
    cause.of.filter((pattern) => matches(pattern, key)).map((pattern) => ({ cause, length: pattern.length })),
  );
  return matching.sort((a, b) => b.length - a.length).map(({ cause }) => cause);
}

export function matches(pattern: string, key: string): boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(key);
}

/** @returns the page in Markdown: a part a node, in it a part a cause, with the texts that have it */
export function troubleshootingPage(language: Language, causes = readCauses()): string {
  const words = WORDS[language];
  const lines = [`# ${words.title}`, '', words.intro, ''];
  for (const [type, problems] of problemTexts(language)) {
    lines.push(`## ${type}`, '');
    for (const [cause, texts] of byCause(problems, causes)) {
      const [why, cure] = language === 'es' ? cause.es : cause.en;
      lines.push(...texts.map((text) => `- \`${text.replaceAll('`', "'")}\``), '');
      lines.push(`**${words.cause}:** ${why}`, '', `**${words.cure}:** ${cure}`, '');
    }
  }
  return lines.join('\n');
}

/** @returns the same as a web page that needs nothing else: Node-RED serves it to its editor */
export function editorHelp(language: Language, causes = readCauses()): string {
  const words = WORDS[language];
  const parts = [...problemTexts(language)].map(([type, problems]) => {
    const entries = [...byCause(problems, causes)].map(([cause, texts]) => {
      const [why, cure] = language === 'es' ? cause.es : cause.en;
      const shown = texts.map((text) => `<li>${escaped(text)}`).join('');
      return `<ul>${shown}</ul><p><b>${words.cause}:</b> ${inline(why)}<br><b>${words.cure}:</b> ${inline(cure)}</p>`;
    });
    return `<h2 id="${type}">${type}</h2>\n${entries.join('\n')}`;
  });
  const style =
    'body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}ul{margin:1.5em 0 .3em;padding-left:1.2em}li{font-family:monospace}p{margin:0 0 0 1.2em}';
  return (
    `<!doctype html><html lang="${language.slice(0, 2)}"><meta charset="utf-8"><title>${words.title}</title>` +
    `<style>${style}</style><h1>${words.title}</h1><p>${inline(words.intro)}</p>\n${parts.join('\n')}\n</html>\n`
  );
}

/** What of Markdown stands in the causes: code, emphasis, and links, of which the text alone is kept. */
function inline(text: string): string {
  return escaped(text)
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function byCause(problems: readonly ProblemText[], causes: readonly Cause[]): Map<Cause, string[]> {
  const found = new Map<Cause, string[]>();
  for (const { key, text } of problems) {
    const [cause] = causesOf(key, causes);
    if (cause) found.set(cause, [...(found.get(cause) ?? []), text]);
  }
  return found;
}
