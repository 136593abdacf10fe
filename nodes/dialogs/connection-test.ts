/** What a test of the connection found; see nodes/shared/connection-test.ts. */
interface Finding {
  level: 'good' | 'warning' | 'error';
  key: string;
  params?: Record<string, string | number>;
}

const ICONS = { good: 'fa-check', warning: 'fa-exclamation-triangle', error: 'fa-times' };
const COLORS = { good: '#3a7d34', warning: '#9a6700', error: '#b3261e' };

/**
 * Fills the element #node-config-connection-test of an open config dialog: a button that asks the runtime to try what
 * stands in the dialog now, and what it found.
 * @param node the config node whose dialog it is
 */
export function connectionTest(node: EditorNode): void {
  const text = (name: string): string => node._(`${node.type}.test.${name}`);
  const button = $('<button type="button" class="red-ui-button" id="node-config-test-connection">')
    .append('<i class="fa fa-plug"></i> ')
    .append($('<span>').text(text('button')));
  const results = $('<ul role="status" class="fa-ul" id="node-config-test-findings">');
  results.css({ margin: '10px 0 0 1.6em', overflowWrap: 'anywhere' });
  const place = $('#node-config-connection-test').append(button, results);

  function show(findings: Finding[]): void {
    results.empty();
    for (const { level, key, params } of findings) {
      const icon = $('<i aria-hidden="true">')
        .addClass(`fa fa-li ${ICONS[level]}`)
        .css('color', COLORS[level]);
      $('<li>')
        .attr('data-level', level)
        .append(icon, $('<span>').text(node._(key, params)))
        .appendTo(results);
    }
  }

  button.on('click', () => {
    button.prop('disabled', true);
    results.empty().append($('<li>').text(text('running')));
    const asked = $.ajax({
      url: `${node.type}/test`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({
        id: node.id,
        fields: valuesOf(node._def.defaults),
        credentials: valuesOf(node._def.credentials ?? {}),
      }),
    });
    void asked
      .done((findings: Finding[]) => show(findings))
      .fail(({ status }) => {
        const key = status === 401 || status === 403 ? 'forbidden' : 'no-runtime';
        show([{ level: 'error', key: `${node.type}.test.${key}` }]);
      })
      .always(() => button.prop('disabled', false));
  });

  // What was found holds for what stood there.
  place.closest('form').on('input change', 'input, select', () => void results.empty());
}

/** @returns what stands in the fields of these properties */
function valuesOf(properties: object): Record<string, string> {
  const value = (name: string): string => {
    const text = String($(`#node-config-input-${name}`).val() ?? '');
    return text === '_ADD_' ? '' : text; // no config node is chosen
  };
  return Object.fromEntries(Object.keys(properties).map((name) => [name, value(name)]));
}
