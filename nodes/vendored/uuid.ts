/** UUIDs that rise with time (RFC 9562); the build puts the library into this file, so that the package needs no dependency for it. */
export { V7Generator } from 'uuidv7';
