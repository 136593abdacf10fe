import { canvasLabel, shownValue } from './canvas-label';
import { showEarlier } from './earlier-names';
import { isWholeNumber, rule } from './fields';
import { takeInSection } from './take-in';

export { forgetEarlier } from './earlier-names';

export const collection = rule(
  (text) => /^[^$]{1,200}$/.test(text) && !/^\.|\.$|\.\.|^system\./.test(text),
  'mongo-sink.errors.editor-collection',
);
export const maxBatch = rule((text) => isWholeNumber(text, 1, 10_000), 'mongo-sink.errors.editor-max-batch');
export const retention = rule(
  (text) => text === '' || isWholeNumber(text, 0, 20_000),
  'mongo-sink.errors.editor-retention',
);

/** @returns where the node stores, as far as the editor knows it */
export function label(node: EditorNode): string {
  const collection = shownValue(node.collection);
  return collection === ''
    ? canvasLabel(node, 'mongo-sink.canvas.store-somewhere')
    : canvasLabel(node, 'mongo-sink.canvas.store', { collection });
}

export function prepare(node: EditorNode): void {
  showEarlier(node);
  // A flow that an older version saved has no such property, and the node takes it as ticked.
  if (node.summaries === undefined) $('#node-input-summaries').prop('checked', true);
  takeInSection(node);
}
