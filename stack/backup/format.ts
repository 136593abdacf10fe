import path from 'node:path';

/**
 * How what `npm start` keeps below DATA_DIR is laid out. To be raised, with a step that converts, by whoever changes that
 * so that an earlier program would misread it.
 */
export const LAYOUT = 1;

/** Where DATA_DIR says which program has written it. */
export const VERSION_FILE = 'version.json';

/** What stands first in a backup, and in VERSION_FILE. */
export interface DataVersion {
  layout: number;
  /** of the package that has written it last */
  version: string;
}

/**
 * @param top a name right below DATA_DIR
 * @returns whether it belongs to a running process, or is the DATA_DIR of another role
 */
export function isLeftOut(top: string): boolean {
  return top === 'in-use' || top === 'in-use-turn' || top === 'edge' || top === 'server';
}

/** @returns undefined for what no program of this project has written */
export function readDataVersion(text: string): DataVersion | undefined {
  try {
    const { layout, version } = JSON.parse(text) as Partial<Record<keyof DataVersion, unknown>>;
    return typeof layout === 'number' && typeof version === 'string' ? { layout, version } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @returns the path as it may be put below a folder; undefined where it would lead out of it */
export function insidePath(name: string): string | undefined {
  const normal = path.posix.normalize(name);
  const outside = normal === '..' || normal.startsWith('../') || path.posix.isAbsolute(normal);
  return outside || normal.includes('\0') ? undefined : normal;
}
