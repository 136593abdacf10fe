import path from 'node:path';
import { folderSize, installOnce, type Report } from '../../stack/install-once';
import { CACHE } from '../../stack/paths';
import { findProgram } from '../../stack/programs';
import { fetchWheels } from '../../stack/python-packages';

const ZIG = '0.13.0';

/** A compiler of C++ that makes programs for this machine, out of C's library alone. */
export interface HostCompiler {
  command: string;
  /** what comes before the arguments of any compiler */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

/**
 * The machine's own compiler, or else the one in Zig, from PyPI.
 * @returns in words what is missing, where there is neither
 */
export async function hostCompiler(report: Report): Promise<HostCompiler | { missing: string }> {
  const installed = ['c++', 'g++', 'clang++'].map(findProgram).find((file) => file !== undefined);
  if (installed !== undefined) return { command: installed, args: [], env: {} };
  const folder = path.join(CACHE, `zig-${ZIG}`);
  try {
    const fetched = await installOnce(folder, (partial) => {
      report(`compiler of C++ (Zig ${ZIG}): fetching it from PyPI (81 MB)`);
      const requirements = path.join(__dirname, 'requirements.txt');
      return fetchWheels(requirements, partial, "to try the firmware's logic on this machine");
    });
    if (fetched) report(`Zig ${ZIG}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    return { missing: `no compiler of C++ is on the PATH, and none can be fetched: ${reason}` };
  }
  // What it makes of its own parts, too, is for the next time.
  const own = path.join(folder, 'made');
  return {
    command: path.join(folder, 'ziglang', 'zig'),
    // Its library of C++ would be compiled first, which takes a minute.
    args: ['c++', '-nostdlib++', '-fno-exceptions', '-fno-rtti'],
    env: { ZIG_GLOBAL_CACHE_DIR: own, ZIG_LOCAL_CACHE_DIR: own },
  };
}
