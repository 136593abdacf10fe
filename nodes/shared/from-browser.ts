/**
 * What the dashboards put on each message that a browser sent, whatever the browser wrote into it: the classic one
 * `socketid`, Dashboard 2.0 `_client`.
 */
const BROWSER_MARKS = ['socketid', '_client'];

/**
 * @returns whether a message comes from a page, whatever way it took through the flow. Who means it deletes the mark by
 * a Change node.
 */
export function isFromBrowser(message: object): boolean {
  return BROWSER_MARKS.some((mark) => Object.hasOwn(message, mark));
}
