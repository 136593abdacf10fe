/** Those that boards print right behind a number, in small letters. */
const KNOWN = new Set(
  `c f k deg degc degf rad rh
  pa hpa kpa mpa bar mbar mb inhg mmhg psi atm torr
  m dm cm mm um nm km in inch inches ft feet mi
  s sec secs ms us ns min mins h hr hrs d
  v mv kv uv a ma ua w mw kw wh kwh mwh ah mah va kva var
  hz khz mhz ghz lx lux lm lumen cd ohm ohms kohm mohm nf uf pf
  ppm ppb db dba dbm g kg mg ug lb lbs oz n kn l ml dl lpm gal
  j kj cal kcal ph ntu t mt ut gauss rpm bpm cpm cps sps b kb gb bytes bits px`.split(/\s+/),
);
/** What no damaged digit looks like: °C, *C, %, kΩ, m/s, m², m^2. */
const MARKED =
  /^(?:[*°º˚℃℉%µμΩ\u2126]|[A-Za-z]{0,8}[Ω\u2126²³⁻·])|^[A-Za-z]{1,6}\/[A-Za-z]|^[A-Za-z]{0,3}m\^?-?[123]$/;
/** Thousands and millions of something are no unit. */
const MULTIPLIERS = new Set(['k', 'M', 'mil', 'mio']);

/**
 * Says whether a text is a unit right behind a number. Any other one may be a digit that was damaged (of an 8 that loses
 * one bit comes an `x`), or another line that was run together with this one.
 */
export function isUnit(text: string): boolean {
  return !isMultiplier(text) && (KNOWN.has(text.toLowerCase()) || MARKED.test(text));
}

/** @returns whether the number before it is not the one that is meant: 3.3k */
export function isMultiplier(text: string): boolean {
  return MULTIPLIERS.has(text);
}
