/** What the runtime says of a line; see nodes/serial-json-in/preview.ts. */
type PreviewItem =
  { reading: Record<string, unknown>; repaired: string[] } | { rejected: string; line: string };

/** The settings that say how a line is understood. */
const MAPPED = [
  'shape',
  'columns',
  'ignore',
  'numbers',
  'nodeField',
  'defaultNode',
  'rename',
  'timeField',
  'flatten',
  'textNumbers',
  'checksum',
  'sequence',
  'nodes',
  'variables',
  'onlyVariables',
];

/** So long nothing must change before the runtime is asked. */
const PAUSE_MS = 300;

/** Shows what the node would make of the lines that were put in, each time that they or a setting change. */
export function showPreview(node: EditorNode): void {
  const lines = $('#serial-json-in-preview-text');
  const shown = $('#serial-json-in-preview');
  let timer: number | undefined;
  let asked = 0;

  function ask(): void {
    const text = textIn(lines);
    const number = ++asked;
    if (text.trim() === '') {
      shown.text('');
      return;
    }
    void $.ajax({
      url: 'serial-json-in/preview',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ settings: settingsInDialog(), text }),
    })
      .done((items: PreviewItem[]) => {
        if (number === asked) shown.text(items.map((item) => textOfItem(node, item)).join('\n\n'));
      })
      .fail(({ responseJSON }) => {
        const message = (responseJSON as { message?: string } | undefined)?.message;
        if (number === asked) shown.text(message ?? node._('serial-json-in.preview.failed'));
      });
  }

  lines.add(MAPPED.map((name) => `#node-input-${name}`).join(', ')).on('input change', () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE_MS);
  });
}

function settingsInDialog(): Record<string, string | boolean> {
  return Object.fromEntries(
    MAPPED.map((name) => {
      const field = $(`#node-input-${name}`);
      return [name, field.is(':checkbox') ? Boolean(field.prop('checked')) : textIn(field)];
    }),
  );
}

function textOfItem(node: EditorNode, item: PreviewItem): string {
  if ('rejected' in item) {
    return node._('serial-json-in.preview.rejected', { reason: item.rejected, line: item.line });
  }
  const reading = JSON.stringify(item.reading, null, 2);
  if (item.repaired.length === 0) return reading;
  return `${reading}\n${node._('serial-json-in.preview.repaired', { fields: item.repaired.join(', ') })}`;
}

const textIn = (field: JQuery): string => String(field.val() ?? '');
