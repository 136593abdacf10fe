import { renamedSettings } from '../shared/renamed-settings';

/** Puts what an earlier version saved by another name into the field of today's. To be called when the dialog opens. */
export function showEarlier(node: EditorNode): void {
  for (const [before, now] of renamedSettings(node.type)) {
    const value = node[before];
    if (node[now] === undefined && (typeof value === 'string' || typeof value === 'number')) {
      $(`#node-input-${now}, #node-config-input-${now}`).val(value);
    }
  }
}

/** From now on the node has today's names alone. To be called when the dialog is saved. */
export function forgetEarlier(node: EditorNode): void {
  for (const [before] of renamedSettings(node.type)) delete node[before];
}
