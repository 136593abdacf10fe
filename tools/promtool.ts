import path from 'node:path';
import { installOnce, type Report } from '../stack/install-once';
import { CACHE } from '../stack/paths';
import { findProgram } from '../stack/programs';
import { fetchDebianPackage } from './debian-package';

/**
 * Prometheus' own program that checks rules: this machine's, or the one of Debian's package.
 * @returns its path; in words what is missing, where it can't be had
 */
export async function promtool(report: Report): Promise<string | { missing: string }> {
  const installed = findProgram('promtool');
  if (installed !== undefined) return installed;
  const folder = path.join(CACHE, 'promtool');
  try {
    await installOnce(folder, (partial) => {
      report("promtool: fetching Debian's package prometheus (19 MB)");
      return fetchDebianPackage('prometheus', partial);
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    return { missing: `promtool is not installed (Debian: apt-get install prometheus): ${reason}` };
  }
  return path.join(folder, 'usr/bin/promtool');
}
