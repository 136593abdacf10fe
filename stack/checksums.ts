import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Compares what was fetched with what it has to be: whoever holds the registry, or the way to it, can give nothing else.
 * @param folder holds the files; those in folders below are not looked at
 * @param list a file as `sha256sum` writes it: a digest, two blanks and a name a line; lines that begin with # are for people
 * @throws Error that names the files that are others than listed, and those that are listed and missing
 */
export async function verifyFiles(folder: string, list: string): Promise<void> {
  const wanted = readChecksums(await readFile(list, 'utf8'));
  const found = await readdir(folder);
  const wrong: string[] = [];
  for (const name of found) {
    const digest = createHash('sha256')
      .update(await readFile(path.join(folder, name)))
      .digest('hex');
    if (wanted.get(name) !== digest) wrong.push(`${name} has the SHA-256 ${digest}`);
  }
  for (const name of wanted.keys()) if (!found.includes(name)) wrong.push(`${name} is missing`);
  if (wrong.length > 0)
    throw new Error(`what was fetched is not what ${path.basename(list)} lists: ${wrong.join('; ')}`);
}

function readChecksums(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, digest, name] = /^([\da-f]{64}) [ *](.+)$/.exec(line) ?? [];
      if (digest === undefined || name === undefined) throw new Error(`not a line of sha256sum: ${line}`);
      return [name, digest];
    }),
  );
}
