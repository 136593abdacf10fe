/** A Node-RED and the Node.js it runs on. */
export interface Versions {
  nodeRed: string;
  node: string;
}

/** The oldest that package.json promises to run on. */
export const OLDEST: Versions = { nodeRed: '4.1.0', node: '20.19.0' };

/** What else people run it on: newest and oldest of what both lines of Node-RED take. */
export const OTHERS: readonly Versions[] = [
  { nodeRed: '4.1.15', node: '20.20.2' },
  { nodeRed: '5.0.7', node: '22.9.0' },
  { nodeRed: '5.0.7', node: process.versions.node },
];
