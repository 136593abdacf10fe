/** A port as the runtime lists it. */
interface PortChoice {
  path: string;
  label: string;
}

/** Lets a person choose among the ports of the runtime's machine. @param field where the path goes */
export function choosePort(node: EditorNode, field: JQuery): void {
  void $.getJSON('serial-json-in/ports')
    .done((ports: PortChoice[]) => {
      const options = ports.map((port) => ({ value: port.path, label: $('<span>').text(port.label) }));
      const none = { value: '', label: $('<span>').text(node._('serial-json-in.ports.none')) };
      showMenu(field, options.length > 0 ? options : [none]);
    })
    .fail(() => RED.notify(node._('serial-json-in.ports.failed'), 'error'));
}

function showMenu(field: JQuery, options: MenuOption[]): void {
  const menu = RED.popover.menu({
    tabSelect: true,
    width: Math.max(300, field.outerWidth() ?? 0),
    maxHeight: 240,
    options,
    onselect: ({ value }) => {
      if (value) field.val(value).trigger('change');
    },
    onclose: () => field.trigger('focus'),
  });
  menu.show({ target: field });
}
