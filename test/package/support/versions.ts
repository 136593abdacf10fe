/** A Node-RED and the Node.js it runs on. */
export interface Versions {
  nodeRed: string;
  node: string;
}

/** The oldest that package.json promises to run on. */
export const OLDEST: Versions = { nodeRed: '4.1.0', node: '20.19.0' };

/**
 * The versions that the environment asks a test to run on: TEST_NODE_RED=4.1.15, on the Node.js that goes with it below.
 * Absent: those of the checkout.
 */
export function versionsAskedFor(): Versions | undefined {
  const wanted = process.env.TEST_NODE_RED;
  if (wanted === undefined) return undefined;
  const found = [OLDEST, ...OTHERS].find(({ nodeRed }) => nodeRed === wanted);
  if (!found) throw new Error(`TEST_NODE_RED is ${wanted}, which is none of the versions in ${__filename}`);
  return found;
}

/** What else people run it on: newest and oldest of what both lines of Node-RED take. */
export const OTHERS: readonly Versions[] = [
  { nodeRed: '4.1.15', node: '20.20.2' },
  { nodeRed: '5.0.7', node: '22.9.0' },
  { nodeRed: '5.0.7', node: process.versions.node },
];
