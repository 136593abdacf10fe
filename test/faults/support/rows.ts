import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What the table at the end says of one case. */
export interface Row {
  case: string;
  sent: number;
  accepted: number;
  stored: number;
  missing: number;
  doubled: number;
  doubledInTopic: number;
  outOfOrder: number;
  longestPauseMs: number;
  passed: boolean;
}

type Column = [title: string, cell: (row: Row) => string];

const COLUMNS: Column[] = [
  ['case', (row) => row.case],
  ['sent', (row) => String(row.sent)],
  ['accepted', (row) => String(row.accepted)],
  ['stored', (row) => String(row.stored)],
  ['lost', (row) => String(row.missing)],
  ['doubled', (row) => String(row.doubled)],
  ['doubled in the topic', (row) => String(row.doubledInTopic)],
  ['out of order', (row) => String(row.outOfOrder)],
  ['longest pause', (row) => `${(row.longestPauseMs / 1000).toFixed(1)} s`],
  ['', (row) => (row.passed ? 'ok' : 'FAILED')],
];

/** Adds a row to the file that the runner reads at the end (FAULTS_ROWS); without one it is printed at once. */
export function addRow(row: Row): void {
  const file = process.env.FAULTS_ROWS;
  if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  else console.log(formatTable([row]));
}

export function readRows(file: string): Row[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}

/** @returns the rows as a Markdown table that is also even to the eye */
export function formatTable(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
  const widths = COLUMNS.map((_column, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(Math.max(3, width))).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
