import { html, nothing, type TemplateResult } from 'lit';

/** The order of a table: by which column, and whether the greatest stands first. */
export interface Sorting<C extends string> {
  column: C;
  descending: boolean;
}

interface HeaderLook {
  label: string;
  /** numbers stand at the right */
  right?: boolean;
  hint?: string | undefined;
}

/** The heading of a column by which a table can be sorted: it says the order to everybody, and changes it when pressed. */
export function sortableHeader<C extends string>(
  column: C,
  sorting: Sorting<C>,
  { label, right = false, hint }: HeaderLook,
  onSort: (column: C) => void,
): TemplateResult {
  const sorted = sorting.column === column;
  const arrow = !sorted ? '' : sorting.descending ? '↓' : '↑';
  return html`<th
    scope="col"
    class=${right ? 'right' : nothing}
    aria-sort=${!sorted ? 'none' : sorting.descending ? 'descending' : 'ascending'}
  >
    <button title=${hint ?? nothing} @click=${() => onSort(column)}>
      ${label}<span aria-hidden="true">${arrow}</span>
    </button>
  </th>`;
}

/** @returns the order after a column's heading was pressed: turned round where it was sorted by that column already */
export function sortedBy<C extends string>(
  column: C,
  { column: before, descending }: Sorting<C>,
  descendingFirst: boolean,
): Sorting<C> {
  return { column, descending: before === column ? !descending : descendingFirst };
}
