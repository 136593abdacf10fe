import { rm } from 'node:fs/promises';
import path from 'node:path';
import { verifyFiles } from '../../../stack/checksums';
import { folderSize, installOnce, type Report } from '../../../stack/install-once';
import { fetchedJava, installedJava, javaVersion, type Java } from '../../../stack/java/java';
import { runMaven } from '../../../stack/java/maven';
import { CACHE } from '../../../stack/paths';
import { ManagedProcess } from '../../../stack/process/managed-process';
import { freePort } from '../../../stack/process/ports';
import { run } from '../../../stack/process/run';

const VERSION = '3.3.3';
const ARTIFACT = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
/** The oldest Java that runs it. */
const OLDEST_JAVA = 21;

/** A real schema registry: Apicurio's, which keeps its schemas in memory and speaks Confluent's REST API as well. */
export interface Apicurio {
  /** of Confluent's API */
  url: string;
  process: ManagedProcess;
}

/** Fetches it where it is missing (159 MB); `process.start()` runs it. */
export async function prepareApicurio(report: Report): Promise<Apicurio> {
  const java = await javaFor(report);
  const folder = await application(java, report);
  const [port, management] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const options = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': management,
  };
  const process = new ManagedProcess({
    name: 'Apicurio',
    command: java.command,
    // Small and quick to start rather than fast.
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...Object.entries(options).map(([name, value]) => `-D${name}=${value}`),
      '-jar',
      path.join(folder, 'quarkus-run.jar'),
    ],
    ready: async () => (await fetch(`${url}/subjects`)).ok,
  });
  return { url, process };
}

async function application(java: Java, report: Report): Promise<string> {
  const folder = path.join(CACHE, `apicurio-${VERSION}`);
  const fetched = await installOnce(folder, async (partial) => {
    report(`Apicurio ${VERSION}: fetching it (159 MB) with Maven`);
    const args = ['dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${partial}`];
    await runMaven(args, java, 'to fetch the schema registry');
    await verifyFiles(partial, path.join(__dirname, 'checksums.txt'));
    const archive = path.join(partial, `apicurio-registry-app-${VERSION}-all.tar.gz`);
    await run('tar', ['-xzf', archive, '-C', partial]);
    await rm(archive);
  });
  if (fetched) report(`Apicurio ${VERSION}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  return folder;
}

async function javaFor(report: Report): Promise<Java> {
  const installed = await installedJava();
  const version = installed && (await javaVersion(installed.command));
  return installed && version !== undefined && version >= OLDEST_JAVA ? installed : fetchedJava(report);
}
