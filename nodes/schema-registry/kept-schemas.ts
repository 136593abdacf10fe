import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { SCHEMA_TYPES } from '../shared/schema-types';
import { UserError, toError } from '../shared/user-error';
import {
  array,
  integer,
  maxValue,
  minValue,
  number,
  object,
  picklist,
  pipe,
  safeParse,
  string,
} from '../vendored/schema';
import type { RegisteredSchema } from './client/registry-client';
import { MAX_SCHEMA_ID } from './frame';

/** Subjects may come out of messages: more files than these are not made. */
const MOST_FILES = 1_000;
/** Characters of one: a schema has some thousand. */
const MOST_LENGTH = 2 ** 18;

const keptSchema = object({
  id: pipe(number(), integer(), minValue(0), maxValue(MAX_SCHEMA_ID)),
  source: object({
    type: picklist(SCHEMA_TYPES),
    text: string(),
    references: array(object({ name: string(), text: string() })),
  }),
});

/**
 * The schemas that values were last written by, on disk: whoever starts while the registry is away writes by them, so that
 * an outage of the network that takes a restart with it costs nothing.
 */
export class KeptSchemas {
  private told = false;

  /** @param onProblem told once that they can't be read or kept */
  constructor(
    private readonly directory: string,
    private readonly onProblem: (error: UserError) => void = () => undefined,
  ) {}

  /** @returns what was kept under this name, if that can be read. Never rejects. */
  async find(name: string): Promise<RegisteredSchema | undefined> {
    const found = safeParse(keptSchema, parse(await this.read(name)));
    return found.success ? found.output : undefined;
  }

  /** Never rejects. */
  async keep(name: string, { id, source }: RegisteredSchema): Promise<void> {
    const text = JSON.stringify({ id, source });
    if (text.length > MOST_LENGTH) return;
    const before = await this.read(name);
    if (before === text) return;
    try {
      await mkdir(this.directory, { recursive: true });
      if (before === undefined && (await readdir(this.directory)).length >= MOST_FILES) return;
      await replace(this.fileOf(name), text);
    } catch (error) {
      this.tell(toError(error));
    }
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.fileOf(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.tell(toError(error));
      return undefined;
    }
  }

  private fileOf(name: string): string {
    return path.join(this.directory, `${createHash('sha256').update(name).digest('hex')}.json`);
  }

  private tell(cause: Error): void {
    if (this.told) return;
    this.told = true;
    const params = { directory: this.directory, reason: cause.message };
    this.onProblem(new UserError('schema-registry.errors.not-kept', params, { cause }));
  }
}

async function replace(file: string, text: string): Promise<void> {
  // Another registry node of the same address may be at the same.
  const partial = `${file}.${randomUUID()}`;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(text);
    // A name can reach the disk before what it names.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // What is damaged is asked for again.
    return undefined;
  }
}
