/**
 * @param uri of a database, well-formed or not: a password may hold any character that should have been escaped
 * @returns it as it may be shown: without user and password, and without its options, which may hold secrets too
 */
export function withoutLogin(uri: string): string {
  return uri.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '');
}
