/** Pauses that grow, with jitter; the build puts the library into this file, so that the package needs no dependency for it. */
export { ExponentialBackoff, type IBackoff } from 'cockatiel';
