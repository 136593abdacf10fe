import { ManagedProcess } from '../../stack/process/managed-process';
import { cpuSeconds, peakMemoryMB } from './process-usage';
import type { Meter, Usage } from './usage';

/** How a program of others is run. */
export interface RivalSpec {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  logFile: string;
  ready?: () => Promise<boolean>;
}

/** A program of others under measurement: it takes no commands, and what it uses is read from /proc. */
export class RivalProcess implements Meter {
  private constructor(private readonly process: ManagedProcess) {}

  static async start({ ready = () => Promise.resolve(true), ...spec }: RivalSpec): Promise<RivalProcess> {
    const managed = new ManagedProcess({ ...spec, inherits: 'needed', readyTimeout: 120_000, ready });
    await managed.start();
    return new RivalProcess(managed);
  }

  usage(): Promise<Usage> {
    const { pid } = this.process;
    return Promise.resolve({ cpu: cpuSeconds(pid) * 1e6, memoryMB: peakMemoryMB(pid) });
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
