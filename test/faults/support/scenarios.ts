import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from '../../../stack/process/managed-process';
import { until } from '../../support/until';
import type { NodeRed } from './node-red';
import type { Pipeline } from './pipeline';
import type { Random } from './random';

/** Breaks that more than one case makes. */

/** Kills a service with SIGKILL while readings flow, leaves it away, and starts it again; so many times. */
export async function killRepeatedly(
  service: ManagedProcess,
  { kills, downMs, upMs }: { kills: number; downMs: number; upMs: number },
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await sleep(upMs);
    await killProcess(service);
    await sleep(downMs);
    await service.start();
  }
  await sleep(upMs);
}

/** SIGKILL, and waits for its end. */
export async function killProcess(service: ManagedProcess): Promise<void> {
  const { exited } = service;
  service.kill('SIGKILL');
  await exited;
}

/** Kills one of these Node-RED processes at a random moment after its start and starts it again; so many times. */
export async function killNodeRedAtRandom(
  processes: readonly NodeRed[],
  random: Random,
  { kills, maxUpMs }: { kills: number; maxUpMs: number },
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const nodeRed = random.pick(processes);
    await sleep(random.between(0, maxUpMs));
    await nodeRed.kill();
    await nodeRed.start();
  }
}

/**
 * Kills Node-RED while it has records in its hands that it can't store: the database is asleep, long enough for whatever
 * commits offsets by a timer. So many times.
 */
export async function killWithFullHands(
  run: Pipeline,
  { kills, holdMs, upMs }: { kills: number; holdMs: number; upMs: number },
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await sleep(upMs);
    run.database.process.kill('SIGSTOP');
    await sleep(holdMs);
    await run.server.kill();
    run.database.process.kill('SIGCONT');
    await run.server.start();
    await run.flows();
  }
}

/**
 * Kills the edge's Node-RED in the middle of a burst, as soon as the first done of it is seen: what was told to be done
 * has to be on disk at that very moment. So many times.
 */
export async function killInBurst(
  run: Pipeline,
  { kills, burst }: { kills: number; burst: number },
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await run.connected();
    const before = run.ledger.accepted;
    run.source.burst(burst);
    await until('the first of the burst to be accepted', () => run.ledger.accepted > before);
    await run.edge.kill();
    await run.edge.start();
  }
  await run.connected();
  await run.first();
}

/** Sets a process asleep with all its connections open (SIGSTOP), and wakes it up again. */
export async function suspend(service: ManagedProcess, milliseconds: number): Promise<void> {
  service.kill('SIGSTOP');
  await sleep(milliseconds);
  service.kill('SIGCONT');
}
