import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pythonWithLibrdkafka } from '../../../../../bench/support/rivals';

/** How a client of librdkafka shares partitions, or records, with the others of its group. */
export type Protocol = 'classic' | 'consumer' | 'share';

/** A member of a group, by librdkafka. */
export interface Member {
  readonly assigned: readonly number[];
  readonly seen: readonly string[];
  readonly errors: readonly string[];
  /** Leaves the group. */
  stop(): Promise<void>;
}

/** What member.py says. */
interface Line {
  assigned?: number[];
  read?: string;
  error?: string;
}

export async function startMember(
  brokers: string,
  groupId: string,
  topic: string,
  protocol: Protocol,
): Promise<Member> {
  const python = await pythonWithLibrdkafka(console.log);
  const script = path.join(__dirname, 'member.py');
  const child = spawn(python, [script, brokers, groupId, topic, protocol], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const assigned: number[] = [];
  const seen: string[] = [];
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if (line.assigned) assigned.splice(0, Infinity, ...line.assigned);
    if (line.read !== undefined) seen.push(line.read);
    if (line.error !== undefined) errors.push(line.error);
  });
  return {
    assigned,
    seen,
    errors,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
