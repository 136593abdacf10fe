/**
 * Runs all tests that need a database on one server, and ends with a table: what passed, what was refused, what was
 * skipped, and what this server lacks.
 *
 *     npm run test:database -- --uri mongodb://user:password@host:27017/?authSource=admin
 *
 * Each test makes a database with a name of its own and drops it at the end.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gapsOf, type Gap } from '../test/support/database-gaps';
import { runMocha, type Outcomes } from './mocha-run';
import { Output } from './output';

const ROOT = path.dirname(__dirname);
/** What asks test/support/services.ts for the database. */
const USES_DATABASE = /import \{[^}]*\bdatabase\b[^}]*\} from '(?:\.\.\/)+support\/services'/;

function testFiles(): string[] {
  return readdirSync(path.join(ROOT, 'test/nodes'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join('test/nodes', file))
    .filter((file) => USES_DATABASE.test(readFileSync(path.join(ROOT, file), 'utf8')))
    .sort();
}

function table(outcomes: Outcomes, gaps: readonly Gap[]): string {
  const rows = Object.entries(outcomes).map(
    ([file, { passed, failed, skipped }]) =>
      `| ${path.relative(ROOT, path.resolve(ROOT, file))} | ${passed.length} | ${failed.length} | ${skipped.length} |`,
  );
  const lacks = gaps.map(({ what, costs }) => `| ${what} | ${costs} |`);
  return [
    '| tests | passed | failed | skipped |',
    '|---|---|---|---|',
    ...rows.sort(),
    '',
    ...(lacks.length > 0
      ? ['| this server lacks | which costs |', '|---|---|', ...lacks]
      : ['This server lacks nothing.']),
  ].join('\n');
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { uri: { type: 'string' } },
  });
  const uri = values.uri ?? process.env.MONGODB_URI;
  if (uri === undefined || uri === '') {
    console.error('which server? npm run test:database -- --uri mongodb://host:27017');
    return 2;
  }
  const { server, gaps } = await gapsOf(uri);
  console.log(server);
  process.env.MONGODB_URI = uri;
  process.env.DATABASE_GAPS = gaps.map(({ name }) => name).join(',');
  const files = positionals.length > 0 ? positionals : testFiles();
  const { code, outcomes } = await runMocha(files, new Output());
  console.log(`\n${server}\n\n${table(outcomes, gaps)}`);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
