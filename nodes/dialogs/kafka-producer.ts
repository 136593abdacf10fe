import { isTopicName } from '../shared/topic-name';
import { canvasLabel, shownValue } from './canvas-label';
import { showEarlier } from './earlier-names';
import { namesVariable, rule, textOf } from './fields';
import { openChangedFolds } from './folds';

export { forgetEarlier } from './earlier-names';

const TYPES = ['msg', 'flow', 'global', 'env', 'jsonata'];

/** @param least what the number may be at least */
export function number(least: number, optional: boolean): Validator {
  const key = least > 0 ? 'kafka-producer.invalid.positive' : 'kafka-producer.invalid.number';
  return rule((text) => (text === '' ? optional : Number(text) >= least), key);
}

/** @param typeField the property that says what the value is: text, a property of the message, an expression */
export function typed(typeField: string): Validator {
  const check = RED.validators.typedInput(typeField);
  return function (value, options) {
    return value === '' || check.call(this, value, options);
  };
}

/** A name that Kafka allows, where it stands in the dialog as text. */
export function topic(this: EditorNode, value: unknown, options?: unknown): boolean | string {
  // An open dialog may have changed the type already.
  const type = $('#node-input-topicType').val() ?? this.topicType;
  if (type && type !== 'str') return typed('topicType').call(this, value, options);
  return namesTopic(value) || (options ? this._('kafka-producer.invalid.topic') : false);
}

/** What is to be registered has to be there; whether it is a schema, the registry says. */
export const schema = rule(
  (text, { payloadAs, registerSchema }) => text !== '' || payloadAs !== 'registry' || registerSchema !== true,
  'kafka-producer.invalid.schema',
);

/** @returns where the node writes to, as far as the editor knows it */
export function label(node: EditorNode): string {
  const type = textOf(node.topicType) || 'str';
  const topic = shownValue(node.topic);
  if (type === 'msg' || (type === 'str' && textOf(node.topic) === ''))
    return canvasLabel(node, 'kafka-producer.canvas.writes', { topic: `msg.${topic || 'topic'}` });
  return type === 'str' && topic !== ''
    ? canvasLabel(node, 'kafka-producer.canvas.writes', { topic })
    : canvasLabel(node, 'kafka-producer.canvas.write-somewhere');
}

export function prepare(node: EditorNode): void {
  showEarlier(node);
  // The type "string" of the editor, which says why a name is refused.
  const topicName: TypedInputType = {
    value: 'str',
    label: 'string',
    icon: 'red/images/typedInput/az.svg',
    validate: (value) => namesTopic(value) || node._('kafka-producer.invalid.topic'),
  };
  typedInput('topic', topicName, topicName.value);
  for (const [name, type] of [
    ['key', 'str'],
    ['partition', 'str'],
    ['headers', 'json'],
  ] as const) {
    typedInput(name, type, type);
  }
  const show = (): void => {
    const outbox = Boolean($('#node-input-outbox').prop('checked'));
    $('#kafka-producer-outbox').toggle(outbox);
    const [keys, payloads] = ['keyAs', 'payloadAs'].map(
      (name) => $(`#node-input-${name}`).val() === 'registry',
    );
    $('#kafka-producer-registry').toggle(Boolean(keys || payloads));
    $('#kafka-producer-schemas').toggle(Boolean(payloads));
    $('#kafka-producer-new-schema').toggle(Boolean($('#node-input-registerSchema').prop('checked')));
    const creates = Boolean($('#node-input-createTopics').prop('checked'));
    $('#kafka-producer-new-topics').toggle(creates);
    $('#kafka-producer-missing-tip').toggle(!creates);
    $('#kafka-producer-direct-tip').toggle(!outbox);
    $('#kafka-producer-leader-tip').toggle($('#node-input-acks').val() === 'leader');
  };
  const shows = ['outbox', 'acks', 'createTopics', 'keyAs', 'payloadAs', 'registerSchema'];
  $(shows.map((name) => `#node-input-${name}`).join(', ')).on('change', show);
  show();
  openChangedFolds(node);
}

function typedInput(name: string, first: string | TypedInputType, initial: string): void {
  $(`#node-input-${name}`).typedInput({
    default: initial,
    types: [first, ...TYPES],
    typeField: $(`#node-input-${name}Type`),
  });
}

function namesTopic(value: unknown): boolean {
  const text = typeof value === 'string' ? value : '';
  return text === '' || namesVariable(text) || isTopicName(text);
}
