import { readText, requireKafkaName } from '../shared/fields';
import { readLimits } from './limits';
import type { LimitSetting } from '../shared/limit-lines';
import { UserError, shorten } from '../shared/user-error';

/** The node's settings as the editor saves them. */
export interface CatalogConfig {
  collection: string;
  nodesCollection: string;
  groupId: string;
  silentAfter: string | number;
  limits: string;
  settingsCollection: string;
  pageMayChange: boolean;
}

export interface CatalogSettings {
  collection: string;
  nodesCollection: string;
  /** the consumer group whose lag the topics page shows */
  groupId: string;
  /** how many of its usual intervals a node may miss before it is called silent */
  silentAfter: number;
  limits: LimitSetting[];
  /** where what is set on the page is kept */
  settingsCollection: string;
  /** whether pages may set anything */
  pageMayChange: boolean;
}

const DEFAULTS: Omit<CatalogConfig, 'pageMayChange'> = {
  collection: 'datos',
  nodesCollection: 'nodos',
  groupId: 'node-red',
  silentAfter: 5,
  limits: '',
  settingsCollection: 'ajustes',
};

/**
 * Checks the settings; what is empty gets its default.
 * @throws UserError that names the field and its value
 */
export function readCatalogConfig(config: Partial<CatalogConfig>): CatalogSettings {
  const silentAfter = Number(text(config, 'silentAfter'));
  if (!(silentAfter >= 1)) {
    throw new UserError('topic-catalog.errors.silent-after', { value: shorten(config.silentAfter) });
  }
  const groupId = text(config, 'groupId');
  requireKafkaName(groupId, 'groupId', 'topic-catalog.errors.name-length');
  return {
    collection: text(config, 'collection'),
    nodesCollection: text(config, 'nodesCollection'),
    groupId,
    silentAfter,
    limits: readLimits(text(config, 'limits')),
    settingsCollection: text(config, 'settingsCollection'),
    // In a flow that was saved before nobody has allowed it.
    pageMayChange: config.pageMayChange === true,
  };
}

function text(config: Partial<CatalogConfig>, field: keyof typeof DEFAULTS): string {
  return readText(config[field], field, 'topic-catalog.errors.unset-variable') || String(DEFAULTS[field]);
}
