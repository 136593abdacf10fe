import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { CACHE, ROOT } from '../../stack/paths';
import { ManagedProcess } from '../../stack/process/managed-process';
import { freePort } from '../../stack/process/ports';
import { copyPackage, NodeRed } from '../../test/faults/support/node-red';
import type { FlowNode } from '../../test/faults/support/flow';
import { Remote } from './remote';

const CONTENDERS = path.join(ROOT, 'bench/contenders');

/** Makes a program as if nothing in it knew of traces. */
const withoutTraces: Plugin = {
  name: 'without-traces',
  setup(program) {
    program.onResolve({ filter: /\/shared\/trace-context$/ }, () => ({
      path: path.join(CONTENDERS, 'no-trace-context.ts'),
    }));
  },
};

/** A process under measurement, and the way to command it. */
export interface Contender {
  remote: Remote;
  process: ManagedProcess;
  stop: () => Promise<void>;
}

/** One that runs flows. */
export interface NodeRedContender extends Contender {
  nodeRed: NodeRed;
}

/** Makes contenders: bare programs and Node-RED processes, all compiled to plain JavaScript beforehand. */
export class Workshop {
  private readonly made: Contender[] = [];

  private constructor(
    private readonly dir: string,
    /** this package, as built */
    private readonly own: string,
  ) {}

  static async open(): Promise<Workshop> {
    // Inside the checkout, where the contenders find their packages.
    const dir = await mkdtemp(path.join(CACHE, 'bench-'));
    const programs = [
      'bare-producer',
      'bare-sink',
      'platformatic-producer',
      'serial',
      'decoder',
      'traced',
      'name-generator',
    ];
    await build({
      entryPoints: programs.map((name) => path.join(CONTENDERS, `${name}.ts`)),
      outdir: dir,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'cjs',
    });
    await build({
      entryPoints: { untraced: path.join(CONTENDERS, 'traced.ts') },
      outdir: dir,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'cjs',
      plugins: [withoutTraces],
    });
    const nodes = path.join(dir, 'nodes');
    await build({
      entryPoints: [path.join(CONTENDERS, 'feed-node.ts')],
      outdir: nodes,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'cjs',
      footer: { js: 'module.exports = module.exports.default;' },
    });
    await writeFile(
      path.join(nodes, 'package.json'),
      JSON.stringify({
        name: 'bench-nodes',
        version: '0.0.0',
        'node-red': { nodes: { feed: 'feed-node.js' } },
      }),
    );
    await writeFile(path.join(nodes, 'feed-node.html'), '');
    return new Workshop(dir, copyPackage(dir));
  }

  /** Runs one of the programs of contenders/. */
  async program(name: string, env: Record<string, string> = {}): Promise<Contender> {
    const port = await freePort();
    const remote = new Remote(port);
    const process_ = new ManagedProcess({
      inherits: 'all',
      name,
      command: process.execPath,
      args: [
        ...profiling(name),
        '--disable-warning=TimeoutNegativeWarning',
        path.join(this.dir, `${name}.js`),
      ],
      env: { ...env, BENCH_PORT: String(port) },
      ready: () => remote.answers(),
    });
    await process_.start();
    return this.add({ remote, process: process_, stop: () => process_.stop() });
  }

  /**
   * Runs Node-RED with these flows.
   * @param packages folders beside those of this package and of the feeding node
   * @param own false: without this package
   */
  async nodeRed(
    name: string,
    flow: readonly FlowNode[],
    packages: readonly string[] = [],
    { own = true } = {},
  ): Promise<NodeRedContender> {
    const port = await freePort();
    const nodeRed = NodeRed.prepare(
      name,
      this.dir,
      [...(own ? [this.own] : []), path.join(this.dir, 'nodes'), ...packages],
      profiling(name),
      { BENCH_PORT: String(port) },
    );
    nodeRed.setFlow(flow);
    await nodeRed.start();
    const stop = async (): Promise<void> => {
      await nodeRed.stop();
    };
    return this.add({ remote: new Remote(port), process: nodeRed.process, nodeRed, stop });
  }

  async close(): Promise<void> {
    const running = this.made.filter(({ process }) => process.running);
    await Promise.all(running.map(({ stop }) => stop()));
    await rm(this.dir, { recursive: true, force: true });
  }

  private add<C extends Contender>(contender: C): C {
    this.made.push(contender);
    return contender;
  }
}

/** BENCH_PROFILE=folder: each contender writes a CPU profile of its whole life into it. */
function profiling(name: string): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(folder, name)}`];
}
