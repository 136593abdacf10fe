import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { javaProperties } from '../../java/properties';
import { ManagedProcess } from '../../process/managed-process';
import { JAVA_ENVIRONMENT, javaArgs, prepareJavaFolder } from '../jars';

export interface ZooKeeperSpec {
  /** On 127.0.0.1. */
  port: number;
  /** Holds what the brokers have agreed on; survives restarts. */
  dir: string;
  /** Program of the Java runtime. */
  java: string;
  /** Folder of the jars of the Kafka that it comes with. */
  jars: string;
  /** Folder for its log. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
}

/** A few thousand small entries. */
const HEAP_MB = 128;
const SETTINGS = 'zoo.cfg';
const ANSWER_MS = 1_000;

/** Writes the settings of a ZooKeeper that stands alone. @returns its process, which has to run before the brokers */
export async function zookeeperProcess(spec: ZooKeeperSpec): Promise<ManagedProcess> {
  await mkdir(spec.dir, { recursive: true });
  const settings = {
    dataDir: 'data',
    clientPort: spec.port,
    clientPortAddress: '127.0.0.1',
    // Milliseconds; a session may be as short as two of these.
    tickTime: 1000,
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': 'ruok',
  };
  await prepareJavaFolder(spec.dir, 'zookeeper', spec.jars);
  await writeFile(path.join(spec.dir, SETTINGS), javaProperties(settings));
  return new ManagedProcess({
    name: 'ZooKeeper',
    command: spec.java,
    args: [...javaArgs('zookeeper', HEAP_MB), 'org.apache.zookeeper.server.quorum.QuorumPeerMain', SETTINGS],
    cwd: spec.dir,
    env: JAVA_ENVIRONMENT,
    ready: () => isWell(spec.port),
    ...(spec.stopTimeout === undefined ? {} : { stopTimeout: spec.stopTimeout }),
    ...(spec.logs === undefined ? {} : { logFile: path.join(spec.logs, 'zookeeper.log') }),
  });
}

/** Asks "are you ok?" as its manual says: the answer of one that serves is "imok". */
async function isWell(port: number): Promise<boolean> {
  const socket = net.connect({ host: '127.0.0.1', port, timeout: ANSWER_MS });
  socket.once('timeout', () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    socket.write('ruok');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString() === 'imok';
  } finally {
    socket.destroy();
  }
}
