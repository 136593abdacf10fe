import path from 'node:path';

/** The checkout. */
export const ROOT = path.dirname(__dirname);

/** Downloaded programs, shared by `npm start`, the tests and the benchmarks; can be deleted at any time. */
export const CACHE = path.join(ROOT, '.cache');
