/**
 * What changes how the text beside it is shown: control characters, by which a terminal takes orders, and those that turn
 * the direction of what follows.
 */
const ORDERS = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu;

/** @returns a text that only says what it says, wherever it is printed: such characters as JSON writes them, `\u001b` */
export function plainText(text: string): string {
  return text.replace(ORDERS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
