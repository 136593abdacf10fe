/** A thousand and more, or one and its decimals: only other numbers of the same board tell. */
const EITHER = /^[+-]?[1-9]\d{0,2},\d{3}$/;
/** Before three digits alone stands the comma of thousands, and behind up to three; this one is that of decimals. */
const OF_DECIMALS =
  /^[+-]?(?:\d{0,400},(?:\d{1,2}|\d{4,400})|(?:0\d{0,400}|\d{4,400}),\d{1,400}|\d{1,3}(?:\.\d{3}){1,100},\d{1,400})$/;
const OF_THOUSANDS = /^[+-]?\d{1,3}(?:(?:,\d{3}){1,100}\.\d{1,400}|(?:,\d{3}){2,100})$/;

/** Knows what the commas in a board's numbers mean, by those that can mean one thing only. */
export class Commas {
  private decimals = false;
  private thousands = false;

  /** @param number as the board printed it, without its unit */
  learn(number: string): void {
    if (!number.includes(',')) return;
    if (OF_DECIMALS.test(number)) this.decimals = true;
    else if (OF_THOUSANDS.test(number)) this.thousands = true;
  }

  /**
   * @param number with one comma
   * @returns the number meant; undefined where it may be one or the other
   */
  read(number: string): number | undefined {
    if (!EITHER.test(number)) return Number(number.replace(',', '.'));
    if (this.decimals === this.thousands) return undefined;
    return Number(number.replace(',', this.decimals ? '.' : ''));
  }
}
