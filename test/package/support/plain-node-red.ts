import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ManagedProcess } from '../../../stack/process/managed-process';
import { freePort } from '../../../stack/process/ports';
import type { AdminApi } from '../../support/admin-api';
import { nodeJs, nodeRed } from './programs';
import type { Versions } from './versions';

/** What Node-RED says of itself at any first start. */
const ORDINARY = /\[warn\] (Projects disabled|$|Encrypted credentials not found)/;
const TROUBLE = /\[(warn|error|fatal)\]|^\(node:\d+\)|UnhandledPromise|Uncaught|^\s+at .+:\d+:\d+\)?$/;

/** Node-RED as people have it at home: none of the checkout's packages, and a user directory that begins empty. */
export class PlainNodeRed {
  /** everything that it has logged */
  readonly log: string[] = [];
  private readonly process: ManagedProcess;
  private flowsStarted = false;

  private constructor(
    readonly userDir: string,
    readonly url: string,
    program: string,
    private readonly env: Record<string, string>,
  ) {
    this.process = new ManagedProcess({
      inherits: 'all',
      name: 'Node-RED',
      command: path.join(env.NODE_DIR ?? '', 'node'),
      args: [program, '--userDir', userDir],
      cwd: userDir,
      env,
      ready: () => this.flowsStarted,
      readyTimeout: 180_000,
    });
    this.process.on('line', (line) => {
      this.log.push(line);
      this.flowsStarted ||= line.includes('Started flows');
    });
  }

  /** @param userDir made, with nothing in it but settings for a quiet start */
  static async prepare({ nodeRed: version, node }: Versions, userDir: string): Promise<PlainNodeRed> {
    const nodeDir = await nodeJs(node);
    const program = await nodeRed(version);
    const port = await freePort();
    await mkdir(userDir);
    await writeFile(path.join(userDir, 'settings.js'), settings(port));
    const env = {
      NODE_DIR: nodeDir,
      // npm, which Node-RED runs too, takes the first Node.js that it finds.
      PATH: `${nodeDir}${path.delimiter}${process.env.PATH ?? ''}`,
      LANG: 'C.UTF-8',
      npm_config_prefer_offline: 'true',
      npm_config_update_notifier: 'false',
    };
    return new PlainNodeRed(userDir, `http://127.0.0.1:${port}`, program, env);
  }

  /** Runs it until its flows are started. */
  async start(): Promise<void> {
    this.flowsStarted = false;
    await this.process.start();
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** Runs `npm install` in the user directory, as the documentation of a package says. */
  async npmInstall(...packages: string[]): Promise<void> {
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', ...packages], {
      cwd: this.userDir,
      env: { ...process.env, ...this.env },
    });
  }

  /** Adds a line to settings.js, as the documentation of a package says; it counts from the next start on. */
  async addToSettings(line: string): Promise<void> {
    await appendFile(path.join(this.userDir, 'settings.js'), `${line}\n`);
  }

  /** Hands the tarball over as the palette's "upload" does, which installs it with npm's --engine-strict. */
  async upload(api: AdminApi, tarball: string): Promise<void> {
    const form = new FormData();
    form.set('tarball', await openAsBlob(tarball), path.basename(tarball));
    try {
      await api.request('/nodes', { method: 'POST', body: form });
    } catch (cause) {
      // The answer gives no reason; npm's own words are in the log.
      throw new Error(`the upload failed:\n${this.log.slice(-20).join('\n')}`, { cause });
    }
  }

  /** Lines of its log that a person would worry about. */
  get troubles(): string[] {
    return this.log.filter((line) => TROUBLE.test(line) && !ORDINARY.test(line));
  }

  /** What stands in the user directory's package.json by now. */
  async dependencies(): Promise<Record<string, string>> {
    const manifest = JSON.parse(await readFile(path.join(this.userDir, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    return manifest.dependencies;
  }
}

/** The update check and the tours would reach out to the network or stand in the way; all else is as shipped. */
function settings(port: number): string {
  return `module.exports = ${JSON.stringify({
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
  })};\n`;
}
