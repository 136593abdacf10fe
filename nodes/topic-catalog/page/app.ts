import type { Address } from './address';
import type { Client } from './client';
import type { Format } from './format';
import type { Theme } from './preferences';
import type { Language, Texts } from './texts';
import type { Variables } from './variables';

/** What every view gets from the page; a new object whenever one of these changes. */
export interface App {
  readonly client: Client;
  readonly language: Language;
  readonly texts: Texts;
  readonly format: Format;
  readonly variables: Variables;
  readonly address: Address;
  /** as it is seen: never "auto" */
  readonly theme: Exclude<Theme, 'auto'>;
  /** @returns the address of a view, as a link has it */
  link(address: Address): string;
  /** Shows something else; `replace`: without a step in the browser's history. */
  go(address: Address, replace?: boolean): void;
}
