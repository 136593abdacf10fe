import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { dialogOf, textsIn } from '../../test/support/dialogs';
import type { Language } from './pages';

const PACKAGE = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};
/** The nodes, in the order in which Node-RED loads them. */
export const NODES: readonly string[] = Object.keys(PACKAGE['node-red'].nodes);

const LOCALE = { en: 'en-US', es: 'es' } as const;
const WORDS = {
  en: {
    settings: 'Settings',
    setting: 'setting',
    standard: 'at first',
    choices: 'choices',
    saved: 'saved as',
  },
  es: {
    settings: 'Ajustes',
    setting: 'ajuste',
    standard: 'al principio',
    choices: 'opciones',
    saved: 'se guarda como',
  },
} as const;

const TEMPLATE = /<script type="text\/html" data-template-name="[^"]*">([^]*?)<\/script>/;
const HELP = /<script type="text\/html" data-help-name="[^"]*">([^]*?)<\/script>/;
const LABEL =
  /<label for="node-(?:config-)?input-([\w-]+)"[^>]*?(?:data-i18n="([\w.-]+)"|>[^]*?data-i18n="([\w.-]+)")[^]*?<\/label>/g;

interface Row {
  name: string;
  label: string;
  standard: string;
  choices: string[];
}

/** @returns the page of a node: its help, and each setting of its dialog with what stands there at first */
export function referenceOf(node: string, language: Language): string {
  const words = WORDS[language];
  const rows = rowsOf(node, language).map(
    ({ name, label, standard, choices }) =>
      `| **${label}** | ${standard} | ${choices.join(' / ')} | \`${name}\` |`,
  );
  return [
    `# ${node}`,
    '<div v-pre>',
    helpOf(node, language),
    '</div>',
    `## ${words.settings}`,
    [
      `| ${words.setting} | ${words.standard} | ${words.choices} | ${words.saved} |`,
      '|---|---|---|---|',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

function rowsOf(node: string, language: Language): Row[] {
  const html = readFileSync(path.join(ROOT, 'nodes', node, `${node}.html`), 'utf8');
  const template = TEMPLATE.exec(html)?.[1] ?? '';
  const text = textsIn(LOCALE[language], node);
  const { defaults } = dialogOf(node);
  return [...template.matchAll(LABEL)].flatMap(([, name = '', own, inner]): Row[] => {
    const property = defaults[name];
    const key = own ?? inner;
    if (!property || key === undefined) return [];
    const choices = choicesOf(template, name, text);
    return [
      {
        name,
        label: text(key),
        standard: standardOf(property.value, choices),
        choices: [...choices.values()],
      },
    ];
  });
}

/** @returns what a list offers, by the values that are saved */
function choicesOf(template: string, name: string, text: (key: string) => string): Map<string, string> {
  const list =
    new RegExp(`<select id="node-(?:config-)?input-${name}"[^>]*>([^]*?)</select>`).exec(template)?.[1] ?? '';
  const options = list.matchAll(/<option value="([^"]*)"(?: data-i18n="([\w.-]+)")?[^>]*>([^<]*)/g);
  return new Map(
    [...options].map(([, value = '', key, plain = '']) => [
      value,
      key === undefined ? plain || value : text(key),
    ]),
  );
}

function standardOf(value: unknown, choices: ReadonlyMap<string, string>): string {
  if (value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? '☑' : '☐';
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return choices.get(shown) ?? `\`${shown}\``;
}

/** Blank lines would end the HTML within Markdown. */
function helpOf(node: string, language: Language): string {
  const file = path.join(ROOT, 'nodes', node, 'locales', LOCALE[language], `${node}.html`);
  const help = HELP.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return help
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
