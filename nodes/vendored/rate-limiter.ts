/** Counts per key and time; the build puts the library into this file, so that the package needs no dependency for it. */
export { default as RateLimiterMemory } from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
