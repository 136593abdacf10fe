import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { t } from '../texts/texts.mjs';

/** A node of a flow file; its other properties are its own business. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** Shipped flows that cannot be deployed. */
export class FlowsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FlowsError';
  }
}

/** What came of the shipped flows at a start. */
export type FlowsOutcome = 'installed' | 'unchanged' | 'newer-available';

const FLOWS = 'flows.json';
const SHIPPED = 'shipped-flows.sha256';

/**
 * Puts the shipped flows into a user directory that has none. A flow file that is there is the user's and stays as it
 * is; of the shipped flows it was made from a hash is kept.
 * @returns 'newer-available' when the shipped flows are no longer those that the user's were made from
 */
export async function installFlows(files: readonly string[], userDir: string): Promise<FlowsOutcome> {
  const flows = JSON.stringify(mergeFlows(await Promise.all(files.map(readFlows))), null, 4);
  const hash = createHash('sha256').update(flows).digest('hex');
  const target = path.join(userDir, FLOWS);
  const hashFile = path.join(userDir, SHIPPED);
  if (!existsSync(target)) {
    await writeFile(target, flows);
    await writeFile(hashFile, hash);
    return 'installed';
  }
  const known = existsSync(hashFile) ? await readFile(hashFile, 'utf8') : '';
  return known === hash ? 'unchanged' : 'newer-available';
}

/** @returns how a person takes the shipped flows in place of the own ones. */
export function howToTakeNewFlows(userDir: string): string {
  const file = path.relative('', path.join(userDir, FLOWS));
  return t('start.new-flows', { file });
}

/**
 * Joins flows into one. A node that several of them share, as config nodes are, is taken once.
 * @throws FlowsError when two different nodes have the same id
 */
export function mergeFlows(flows: readonly (readonly FlowNode[])[]): FlowNode[] {
  const byId = new Map<string, FlowNode>();
  for (const node of flows.flat()) {
    const other = byId.get(node.id);
    if (other !== undefined && !isDeepStrictEqual(other, node)) {
      throw new FlowsError(
        `two different nodes of the shipped flows have the id ${node.id} (${other.type}, ${node.type})`,
      );
    }
    byId.set(node.id, node);
  }
  return [...byId.values()];
}

async function readFlows(file: string): Promise<FlowNode[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new FlowsError(`the shipped flow ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(parsed) || !parsed.every(isFlowNode)) {
    throw new FlowsError(`the shipped flow ${file} is not a list of nodes with id and type`);
  }
  return parsed;
}

function isFlowNode(value: unknown): value is FlowNode {
  const node = value as Partial<FlowNode> | null;
  return typeof node === 'object' && typeof node?.id === 'string' && typeof node.type === 'string';
}
