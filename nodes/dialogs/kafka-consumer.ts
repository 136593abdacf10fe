import { isKafkaName } from '../shared/kafka-name';
import { isTopicName } from '../shared/topic-name';
import { canvasLabel, shownValue } from './canvas-label';
import { showEarlier } from './earlier-names';
import { isWholeNumber, rule } from './fields';
import { openChangedFolds } from './folds';

export { forgetEarlier } from './earlier-names';

/** topic-catalog has the same, so that it shows the lag of a consumer that was dragged from the palette. */
const GROUP = 'node-red';

export const topics = rule((text) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return isPattern(text) || (names.length > 0 && names.every(isTopicName));
}, 'kafka-consumer.validation.topics');

export const group = rule(isKafkaName, 'kafka-consumer.validation.group');

export const deadLetterTopic = rule(
  (text) => text === '' || isTopicName(text),
  'kafka-consumer.validation.topic',
);

/** An empty field stands for the node's own number. */
export function wholeNumber(min: number, max: number): Validator {
  return rule((text) => text === '' || isWholeNumber(text, min, max), 'kafka-consumer.validation.number', {
    min,
    max,
  });
}

/** Consumers of one group that read the same topic share its records: a new node must not take some of another's. */
export function added(node: EditorNode): void {
  const isNew = node.groupId === GROUP && node.cluster === '';
  if (isNew) node.groupId = freeGroup(node.id);
}

/** @returns what the node reads, as far as the editor knows it */
export function label(node: EditorNode): string {
  const topics = shownValue(node.topics);
  return topics === ''
    ? canvasLabel(node, 'kafka-consumer.canvas.read-somewhere')
    : canvasLabel(node, 'kafka-consumer.canvas.reads', { topics });
}

export function prepare(node: EditorNode): void {
  showEarlier(node);
  const show = (): void => {
    $('#kafka-consumer-tries').toggle($('#node-input-onUnconfirmed').val() === 'dead-letter');
    const forms = ['#node-input-output', '#node-input-keyOutput'].map((field) => $(field).val());
    $('#kafka-consumer-registry').toggle(forms.includes('registry'));
    $('#kafka-consumer-integers').toggle(forms.includes('json') || forms.includes('registry'));
    $('#node-input-deadLetterTopic').prop('disabled', !$('#node-input-deadLetters').prop('checked'));
  };
  $('#node-input-onUnconfirmed, #node-input-deadLetters, #node-input-output, #node-input-keyOutput').on(
    'change',
    show,
  );
  show();
  openChangedFolds(node);
}

/** The group, or "group-2", "group-3" and so on: the first that no other consumer has. */
function freeGroup(id: string): string {
  const taken = new Set<unknown>();
  RED.nodes.eachNode((node) => {
    if (node.type === 'kafka-consumer' && node.id !== id) taken.add(node.groupId);
  });
  let free = GROUP;
  for (let n = 2; taken.has(free); n++) free = `${GROUP}-${n}`;
  return free;
}

function isPattern(text: string): boolean {
  const [, pattern, flags] = /^\/(.+)\/([imsu]*)$/.exec(text) ?? [];
  if (pattern === undefined) return false;
  try {
    return Boolean(new RegExp(pattern, flags));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
