import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

/** A command that a page tells its readers to run. */
export interface ShellCommand {
  /** without its comment */
  text: string;
  /** whether the reader ends it by Ctrl-C */
  untilInterrupted: boolean;
}

/** @returns the commands of a page's `sh` blocks, in their order */
export function shellCommands(page: string): ShellCommand[] {
  const blocks = readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm);
  return [...blocks]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => /^(.*?)(?:\s+#\s*(.*))?$/.exec(line) ?? [])
    .filter(([, text]) => text !== undefined && text.trim() !== '')
    .map(([, text = '', comment = '']) => ({
      text: text.trim(),
      untilInterrupted: comment.includes('Ctrl-C'),
    }));
}
