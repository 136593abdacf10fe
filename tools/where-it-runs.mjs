// Where npm start and npm test run, for the programs that come before everything else.

import { t } from '../stack/texts/texts.mjs';

/** What npm itself needs to fetch the packages; they bring a newer Node.js. */
const OLDEST_NODE = [20, 19];

export function whyNotHere(platform, version) {
  if (platform === 'win32') return t('first.windows');
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return undefined;
  return t('first.old-node', { version, oldest: OLDEST_NODE.join('.') });
}
