declare module '@lydell/node-pty/requireBinary.js' {
  /** Loads a file of the package's prebuilt binary for this platform. */
  export function requireBinary(file: string): unknown;
}
