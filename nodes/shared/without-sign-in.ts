/**
 * @param address as somebody has entered it, well-formed or not
 * @returns it as it may be shown and logged: without what stands in front of an @, which may be a password
 */
export function withoutSignIn(address: string): string {
  return address.replace(/^([a-z][a-z\d+.-]*:\/{1,2})?.*@/is, '$1');
}
