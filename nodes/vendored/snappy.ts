/** Snappy's raw format; the build puts the library into this file, so that the package needs no dependency for it. */
export { compress, uncompress } from 'snappyjs';
