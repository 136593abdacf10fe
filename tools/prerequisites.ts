import { Database } from '../stack/database/database';
import { java } from '../stack/java/java';
import type { Report } from '../stack/install-once';
import { kafkaJars } from '../stack/kafka/jars';
import { requireProgram } from '../stack/programs';
import { avrTools } from './avr/avr';
import { chromium } from './chromium/chromium';
import { hostCompiler } from './host-compiler/host-compiler';

/**
 * Fetches what all tests need and the machine does not have, so that no test waits for it.
 * @returns a line for each thing that can't be had, with what brings it
 */
export async function missingForTests(report: Report): Promise<string[]> {
  const missing: string[] = [];
  const tryTo = async (bring: () => unknown): Promise<void> => {
    try {
      await bring();
    } catch (error) {
      missing.push((error as Error).message);
    }
  };
  await tryTo(() => requireProgram('openssl', 'to make certificates for the tests'));
  await tryTo(async () => {
    const runtime = await java(report);
    await kafkaJars('kraft', runtime, report);
    await kafkaJars('zookeeper', runtime, report);
  });
  await tryTo(() => Database.fetch(report));
  await tryTo(() => chromium(report));
  await tryTo(async () => {
    const tools = await avrTools(report);
    if ('missing' in tools) report(`the firmware is not built again: ${tools.missing}`);
  });
  await tryTo(async () => {
    const compiler = await hostCompiler(report);
    if ('missing' in compiler)
      report(`the firmware's logic is not tried on this machine: ${compiler.missing}`);
  });
  return missing;
}
