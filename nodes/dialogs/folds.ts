import { textOf } from './fields';

/** The parts of a dialog that are folded away: what most flows leave as it is. */
const FOLD = '.serial-kafka-mongo details';

/** What the editor's choice of a config node holds where none is chosen. */
const NO_CONFIG_NODE = '_ADD_';

/**
 * Opens each fold in which something is not as in a new node, so that no setting hides.
 * To be called when the dialog opens, once its fields have their values.
 */
export function openChangedFolds(node: EditorNode): void {
  $(FOLD).each((_, fold) => {
    const changed = Object.entries(node._def.defaults as Record<string, { value?: unknown }>).some(
      ([name, { value }]) => {
        const field = $(fold).find(`#node-input-${name}, #node-config-input-${name}`);
        return field.length > 0 && !isDefault(field, value);
      },
    );
    $(fold).prop('open', changed);
  });
}

function isDefault(field: JQuery, value: unknown): boolean {
  if (field.is('[type=checkbox]')) return Boolean(field.prop('checked')) === Boolean(value);
  const text = textOf(field.val());
  return text === textOf(value) || (text === NO_CONFIG_NODE && value === '');
}
