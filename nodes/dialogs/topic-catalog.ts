import { isKafkaName } from '../shared/kafka-name';
import { canvasLabel } from './canvas-label';
import { limitLines } from '../shared/limit-lines';
import { rule } from './fields';

export const group = rule((text) => text === '' || isKafkaName(text), 'topic-catalog.invalid.groupId');

export const silentAfter = rule((text) => Number(text) >= 1, 'topic-catalog.invalid.silentAfter');

export const limits = rule(
  (text) => limitLines(text).every(({ limit }) => limit !== undefined),
  'topic-catalog.invalid.limits',
);

export function label(node: EditorNode): string {
  return canvasLabel(node, 'topic-catalog.canvas.answer');
}

export function prepare(): void {
  const root = (RED.settings.httpNodeRoot ?? '/').replace(/\/$/, '');
  $('#topic-catalog-script').text(`${root}/serial-kafka-mongo/dashboard.js`);
}
