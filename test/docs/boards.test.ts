import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { previewOf } from '../../nodes/serial-json-in/preview';

const ROOT = path.join(__dirname, '../..');
const SETTING = /\*\*([^*]+)\*\*: `([^`]*)`/g;
const YES = ['yes', 'sí'];

interface Catalog {
  label: Record<string, string>;
  [choices: string]: Record<string, string>;
}

function catalogOf(language: string): Catalog {
  const file = path.join(ROOT, 'nodes/serial-json-in/locales', language, 'serial-json-in.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { 'serial-json-in': Catalog })['serial-json-in'];
}

/** The settings as the page names them: by the dialog's labels, and the choices by their texts. */
function settingsIn(section: string, catalog: Catalog): Record<string, unknown> {
  const pairs = [...section.matchAll(SETTING)].map(([, label, value]) => {
    const name = Object.keys(catalog.label).find((key) => catalog.label[key] === label);
    assert.ok(name, `there is no label "${label}"`);
    const choice = Object.entries(catalog[name] ?? {}).find(([, text]) => text === value)?.[0];
    return [name, choice ?? (YES.includes(value ?? '') ? true : value)];
  });
  return Object.fromEntries(pairs) as Record<string, unknown>;
}

function fenced(section: string, language: string): string | undefined {
  return new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(section)?.[1];
}

for (const [file, language, rejected] of [
  ['docs/boards.md', 'en-US', 'Rejected.'],
  ['docs/placas.md', 'es', 'Rechazada.'],
] as const) {
  describe(file, () => {
    const catalog = catalogOf(language);
    const [, ...sections] = readFileSync(path.join(ROOT, file), 'utf8').split(/^## /m);
    const cases = sections.filter((section) => fenced(section, 'text') !== undefined);

    it('has lines of boards', () => assert.ok(cases.length > 10));

    for (const section of cases) {
      it(`tells the truth of: ${section.slice(0, section.indexOf('\n'))}`, () => {
        const lines = fenced(section, 'text') ?? '';
        const items = previewOf(settingsIn(section, catalog), lines, (reason) => reason);
        const readings = items.map((item) => {
          if ('rejected' in item) return 'rejected';
          const { fecha, hora, ...reading } = item.reading;
          assert.ok(fecha && hora);
          return reading;
        });
        const expected = fenced(section, 'json')
          ?.split('\n')
          .map((line) => JSON.parse(line) as unknown);
        if (!expected) assert.ok(section.includes(rejected));
        assert.deepEqual(readings, expected ?? ['rejected']);
      });
    }
  });
}
