// The button "Test connection" of both config dialogs: asks the runtime to try what stands in the dialog now, and shows
// what it found. Node-RED serves this file; both dialogs load it.
window.serialKafkaMongo = window.serialKafkaMongo || {};

/**
 * Fills the element #node-config-connection-test of an open config dialog.
 * @param node the config node whose dialog it is
 */
window.serialKafkaMongo.connectionTest = function (node) {
  const ICONS = { good: 'fa-check', warning: 'fa-exclamation-triangle', error: 'fa-times' };
  const COLORS = { good: '#3a7d34', warning: '#9a6700', error: '#b3261e' };
  const text = (name, params) => node._(`${node.type}.test.${name}`, params);

  const button = $('<button type="button" class="red-ui-button" id="node-config-test-connection">')
    .append('<i class="fa fa-plug"></i> ')
    .append($('<span>').text(text('button')));
  const results = $('<ul role="status" class="fa-ul" id="node-config-test-findings">');
  results.css({ margin: '10px 0 0 1.6em', overflowWrap: 'anywhere' });
  $('#node-config-connection-test').append(button, results);

  function show(findings) {
    results.empty();
    findings.forEach(({ level, key, params }) => {
      const icon = $('<i aria-hidden="true">')
        .addClass(`fa fa-li ${ICONS[level]}`)
        .css('color', COLORS[level]);
      $('<li>')
        .attr('data-level', level)
        .append(icon, $('<span>').text(node._(key, params)))
        .appendTo(results);
    });
  }

  function values(defined) {
    const value = (name) => {
      const text = $(`#node-config-input-${name}`).val() || '';
      return text === '_ADD_' ? '' : text; // no config node is chosen
    };
    return Object.fromEntries(Object.keys(defined).map((name) => [name, value(name)]));
  }

  button.on('click', function () {
    button.prop('disabled', true);
    results.empty().append($('<li>').text(text('running')));
    $.ajax({
      url: `${node.type}/test`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({
        id: node.id,
        fields: values(node._def.defaults),
        credentials: values(node._def.credentials),
      }),
    })
      .done(show)
      .fail(({ status }) => {
        const key = status === 401 || status === 403 ? 'forbidden' : 'no-runtime';
        show([{ level: 'error', key: `${node.type}.test.${key}` }]);
      })
      .always(() => button.prop('disabled', false));
  });

  // What was found holds for what stood there.
  $('#node-config-connection-test')
    .closest('form')
    .on('input change', 'input, select', () => results.empty());
};
