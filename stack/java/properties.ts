/**
 * A file of settings as Java reads it: in Latin-1, so that any other letter stands as the number of its UTF-16 unit, and with
 * a backslash before what else would mean something. (java.util.Properties describes the form.)
 */
export function javaProperties(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(
      ([key, value]) =>
        `${letters(key).replace(/[ :=#!]/g, '\\$&')}=${letters(String(value)).replace(/^ /, '\\ ')}\n`,
    )
    .join('');
}

function letters(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
