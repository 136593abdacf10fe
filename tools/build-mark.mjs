import path from 'node:path';

/**
 * @param root the checkout
 * @returns the file that is written when dist/ has been built to its end: without it a build was stopped in the middle. It is
 * not in dist/, all of which goes into the package
 */
export function completeMark(root) {
  return path.join(root, 'node_modules', '.dist-complete');
}
