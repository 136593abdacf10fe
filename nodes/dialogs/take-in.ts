/** As nodes/mongo-sink/take-in/job.ts gives it. */
interface JobState {
  state: 'none' | 'running' | 'done' | 'failed';
  apply?: boolean;
  progress?: {
    looked: number;
    kinds: Record<string, number>;
    thereAlready: number;
    expired: number;
    stored: number;
  };
  message?: string;
}

const ASK_MS = 1_000;
/** Those that --apply, and this button, do something for; see nodes/mongo-sink/take-in/kinds.ts. */
const TAKEN = ['original', 'otherId', 'otherTime', 'numericNodo'];

/**
 * Fills the element #node-input-take-in of the dialog: a button that looks at what other programs have stored, what it
 * found by kind, and a button that takes it in. Nothing is deleted from here.
 */
export function takeInSection(node: EditorNode): void {
  const text = (name: string, params?: Record<string, string | number>): string =>
    node._(`mongo-sink.take-in.${name}`, params);
  const button = (id: string, icon: string, name: string): JQuery =>
    $('<button type="button" class="red-ui-button">')
      .attr('id', id)
      .append($('<i>').addClass(`fa ${icon}`), ' ', $('<span>').text(text(name)));
  const look = button('node-input-take-in-look', 'fa-search', 'look');
  const apply = button('node-input-take-in-apply', 'fa-download', 'apply').css('margin-left', '6px').hide();
  const found = $('<ul role="status" id="node-input-take-in-found">').css('margin', '8px 0 0 1em');
  const place = $('#node-input-take-in').append(look, apply, found);

  function show(lines: readonly string[]): void {
    found.empty().append(...lines.map((line) => $('<li>').text(line)));
  }

  function showState({ state, apply: applied, progress, message }: JobState): void {
    const lines = progress
      ? Object.entries(progress.kinds)
          .filter(([, count]) => count > 0)
          .map(([kind, count]) => `${text(kind)}: ${count}`)
      : [];
    if (state === 'running') lines.unshift(text('running', { looked: progress?.looked ?? 0 }));
    if (progress && (applied || progress.thereAlready > 0))
      lines.push(text('stored', { stored: progress.stored, there: progress.thereAlready }));
    if (progress && progress.expired > 0) lines.push(text('expired', { count: progress.expired }));
    if (state === 'failed') lines.push(message ?? '');
    show(lines.length > 0 ? lines : [text('nothing')]);
    const open = progress ? TAKEN.some((kind) => (progress.kinds[kind] ?? 0) > 0) : false;
    apply.toggle(state === 'done' && !applied && open);
    for (const one of [look, apply]) one.prop('disabled', state === 'running');
  }

  const failed = ({ status }: JQuery.jqXHR): void => {
    const forbidden = status === 401 || status === 403;
    show([text(forbidden ? 'forbidden' : status === 404 ? 'not-deployed' : 'no-runtime')]);
    for (const one of [look, apply]) one.prop('disabled', false);
  };

  function follow(): void {
    // The dialog was closed: it goes on without being watched.
    if (!document.contains(place[0] ?? null)) return;
    void $.getJSON(`mongo-sink/take-in/${node.id}`)
      .done((state: JobState) => {
        showState(state);
        if (state.state === 'running') setTimeout(follow, ASK_MS);
      })
      .fail(failed);
  }

  function begin(isApply: boolean): void {
    for (const one of [look, apply]) one.prop('disabled', true);
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    const asked = $.ajax({
      url: `mongo-sink/take-in/${node.id}`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ apply: isApply, zone }),
    });
    void asked.done(follow).fail((answer) => (answer.status === 409 ? follow() : failed(answer)));
  }

  look.on('click', () => begin(false));
  apply.on('click', () => begin(true));
}
