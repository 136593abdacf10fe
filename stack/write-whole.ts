import { open, rename } from 'node:fs/promises';

/**
 * Puts a text in the place of a file, for its owner alone: whenever the power goes, there is the one or the other, and never a
 * half or an empty one.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.part`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(text);
    // A name can reach the disk before what it names.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}
