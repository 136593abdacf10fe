import { isKafkaName } from '../shared/kafka-name';
import { canvasLabel, variableOf } from './canvas-label';
import { connectionTest } from './connection-test';
import { showEarlier } from './earlier-names';
import { isWholeNumber, rule, textOf } from './fields';
import { openChangedFolds } from './folds';

export { forgetEarlier } from './earlier-names';

const ADDRESS = /^(\[[\da-f:.]+\]|[^\s:/[\]]+)(:\d{1,5})?$/i;

export const brokers = rule((text) => {
  const addresses = text.split(/[\s,;]+/).filter((address) => address !== '');
  return addresses.length > 0 && addresses.every((address) => ADDRESS.test(address));
}, 'kafka-cluster.invalid.brokers');

export const clientId = rule((text) => text === '' || isKafkaName(text), 'kafka-cluster.invalid.clientId');

export const milliseconds = rule((text) => /^\d*$/.test(text), 'kafka-cluster.invalid.milliseconds');

export const retries = rule(
  (text) => text === '' || isWholeNumber(text, 0, 20),
  'kafka-cluster.invalid.retries',
);

export const tokenUrl = rule(
  (text, { sasl }) => sasl !== 'oauthbearer' || /^https?:\/\//.test(text),
  'kafka-cluster.invalid.tokenUrl',
);

const field = (name: string): JQuery => $(`#node-config-input-${name}`);

/** @returns the addresses, or where they come from */
export function label(node: EditorNode): string {
  const variable = variableOf(node.brokers);
  if (variable !== undefined) return canvasLabel(node, 'kafka-cluster.canvas.from-variable', { variable });
  return textOf(node.name) || textOf(node.brokers) || node.type;
}

export function prepare(node: EditorNode): void {
  showEarlier(node);
  const sasl = field('sasl');
  const saved = typeof node.sasl === 'string' ? node.sasl : '';
  // A mechanism from another variable stays what it is.
  if (saved && sasl.val() !== saved) sasl.append($('<option>').val(saved).text(saved)).val(saved);
  const show = (): void => {
    const mechanism = String(sasl.val() ?? '') || 'none';
    const fromEnvironment = mechanism.startsWith('${');
    const tls = field('tls').val();
    $('#kafka-cluster-password').toggle(fromEnvironment || !['none', 'oauthbearer'].includes(mechanism));
    $('#kafka-cluster-token').toggle(fromEnvironment || mechanism === 'oauthbearer');
    $('#kafka-cluster-plain-warning').toggle(mechanism === 'plain' && (!tls || tls === '_ADD_'));
    $('#kafka-cluster-token-warning').toggle(String(field('tokenUrl').val()).startsWith('http:'));
  };
  sasl.add(field('tls')).add(field('tokenUrl')).on('change', show);
  show();
  connectionTest(node);
  openChangedFolds(node);
}
