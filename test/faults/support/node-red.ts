import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess, type ExitInfo } from '../../../stack/process/managed-process';
import { ROOT } from '../../../stack/paths';
import { freePort } from '../../../stack/process/ports';
import type { FlowNode } from './flow';

export type DeploymentType = 'full' | 'nodes' | 'flows' | 'reload';

const MEGABYTE = 1024 * 1024;

/**
 * Makes a copy of the built package, so that a build which goes on at the same time does not change it under a run.
 * @returns the folder to be linked into a user directory
 */
export function copyPackage(dir: string): string {
  if (!existsSync(path.join(ROOT, 'dist/nodes'))) throw new Error('the package is not built: npm run build');
  const copy = path.join(dir, 'package');
  mkdirSync(copy, { recursive: true });
  cpSync(path.join(ROOT, 'dist'), path.join(copy, 'dist'), { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** A real Node-RED process with a user directory of its own, which can be killed and started again. */
export class NodeRed {
  readonly process: ManagedProcess;
  /** ends that nobody asked for */
  readonly unexpectedExits: ExitInfo[] = [];
  private killing = false;
  private port = 0;

  private constructor(
    readonly name: string,
    readonly userDir: string,
    nodeOptions: readonly string[],
    env: Record<string, string>,
  ) {
    this.process = new ManagedProcess({
      inherits: 'all',
      name: `Node-RED ${name}`,
      command: process.execPath,
      args: [...nodeOptions, path.join(ROOT, 'node_modules/node-red/red.js'), '--userDir', userDir],
      cwd: userDir,
      env: { LANG: 'C.UTF-8', ...env },
      ready: () => this.flowsStarted,
      stopTimeout: 20_000,
      logFile: path.join(userDir, 'node-red.log'),
    });
    this.process.on('line', (line) => {
      if (line.includes('Started flows')) this.flowsStarted = true;
    });
    this.process.on('exit', (exit) => {
      if (!this.killing && !exit.expected) this.unexpectedExits.push(exit);
    });
  }

  private flowsStarted = false;

  /**
   * @param packages folders of the packages to be linked into its user directory
   * @param nodeOptions options of Node.js itself
   * @param env added to its environment
   */
  static prepare(
    name: string,
    dir: string,
    packages: readonly string[],
    nodeOptions: readonly string[] = [],
    env: Record<string, string> = {},
  ): NodeRed {
    const userDir = path.join(dir, name);
    mkdirSync(path.join(userDir, 'node_modules'), { recursive: true });
    writeFileSync(
      path.join(userDir, 'package.json'),
      JSON.stringify({ name, private: true, dependencies: {} }),
    );
    for (const folder of packages) {
      const { name: packageName } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        name: string;
      };
      symlinkSync(folder, path.join(userDir, 'node_modules', packageName));
    }
    return new NodeRed(name, userDir, nodeOptions, env);
  }

  /** Sets what it runs when it is started next. */
  setFlow(flow: readonly FlowNode[]): void {
    writeFileSync(path.join(this.userDir, 'flows.json'), JSON.stringify(flow, null, 2));
  }

  get flow(): FlowNode[] {
    return JSON.parse(readFileSync(path.join(this.userDir, 'flows.json'), 'utf8')) as FlowNode[];
  }

  /** Runs it, until its flows are started. */
  async start(): Promise<void> {
    this.flowsStarted = false;
    this.killing = false;
    // Another one each time: while it was down, somebody else may have taken the last one.
    this.port = await freePort();
    writeFileSync(path.join(this.userDir, 'settings.js'), settings(this.port));
    await this.process.start();
  }

  /** SIGKILL: no close handler runs. */
  async kill(): Promise<void> {
    this.killing = true;
    const { exited } = this.process;
    this.process.kill('SIGKILL');
    await exited;
  }

  /** Asks it to end, as a service manager does. @returns how long it took, in milliseconds */
  async stop(): Promise<number> {
    const start = Date.now();
    await this.process.stop();
    return Date.now() - start;
  }

  /** Deploys a flow through the admin API, as the editor does. @returns how long it took, in milliseconds */
  async deploy(flow: readonly FlowNode[], type: DeploymentType): Promise<number> {
    const start = Date.now();
    const response = await fetch(`http://127.0.0.1:${this.port}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': type },
      body: JSON.stringify(flow),
    });
    if (!response.ok) throw new Error(`deploy answered ${response.status}: ${await response.text()}`);
    return Date.now() - start;
  }

  /** Its memory in use (resident set), in MB. */
  memoryMB(): number {
    const status = readFileSync(`/proc/${this.process.pid ?? 0}/status`, 'utf8');
    return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / MEGABYTE;
  }
}

/** The dashboards of the checkout are of no use here, and slow to load. */
function settings(port: number): string {
  return `module.exports = ${JSON.stringify(
    {
      uiHost: '127.0.0.1',
      uiPort: port,
      flowFile: 'flows.json',
      credentialSecret: false,
      nodesExcludes: ['node-red-dashboard'],
      telemetry: { enabled: false, updateNotification: false },
      editorTheme: { tours: false },
      socketReconnectTime: 200,
      logging: { console: { level: 'info', metrics: false, audit: false } },
    },
    null,
    2,
  )};\n`;
}
