import { DATA_BOUNDS } from './data-bounds';

/**
 * The condition on `nodo` by which lists of nodes are read: other programs may have stored names of any length and kind,
 * and a server sends, and some collect, whole batches of them.
 */
export const LISTED_NODO = { $regex: `^[\\s\\S]{1,${DATA_BOUNDS.nodo}}$` };
