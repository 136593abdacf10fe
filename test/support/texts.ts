import path from 'node:path';
import { i18n } from '@node-red/util';
import type { NodeAPI } from 'node-red';
import { PACKAGE_NAME } from '../../nodes/shared/package-name';

type RegisterNodes = (RED: NodeAPI) => void;

/** Its published types leave init out. */
const catalogs = i18n as typeof i18n & { init(settings: { lang: string }): void };
const NODES = path.join(__dirname, '../../nodes');

/** Loads the English catalog of a node, as Node-RED does, so that tests see the texts that a person sees. */
export async function loadTexts(nodeType: string): Promise<void> {
  catalogs.init({ lang: 'en-US' });
  await catalogs.registerMessageCatalog(
    `${PACKAGE_NAME}/${nodeType}`,
    path.join(NODES, nodeType, 'locales'),
    `${nodeType}.json`,
  );
}

/** Lets a node file look its texts up: node-red-node-test-helper has a runtime API that gives back the bare key. */
export function withTexts(register: RegisterNodes): RegisterNodes {
  return (RED) => register(Object.assign(Object.create(RED) as NodeAPI, { _: catalogs._ }));
}
