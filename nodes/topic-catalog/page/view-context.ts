import type { Zone } from '../../shared/zone';
import type { SettingsAnswer } from '../contract';
import type { Address } from './address';
import type { Client } from './client';
import type { Format } from './format';
import type { ShownTheme, Wall } from './preferences';
import type { Language, Texts } from './texts';
import type { Variables } from './variables';

/** What is set on the page, and whether this browser may change it. */
export type PageSettings = Pick<SettingsAnswer, 'variables' | 'refused'>;

/** Until topic-catalog has said it. */
export const NO_SETTINGS: PageSettings = { variables: [], refused: null };

/** What every view gets from the page; a new object whenever one of these changes. */
export interface ViewContext {
  readonly client: Client;
  readonly language: Language;
  readonly texts: Texts;
  readonly format: Format;
  /** those of all nodes; `variables.of(nodo)` are those of one */
  readonly variables: Variables;
  readonly settings: PageSettings;
  /** by whose clocks hours and days begin */
  readonly zone: Zone;
  readonly address: Address;
  /** the wall that this browser keeps, whichever of its tabs has put it together */
  readonly wall: Wall;
  /** as it is seen: never "auto" */
  readonly theme: ShownTheme;
  /** @returns the address of a view, as a link has it */
  link(address: Address): string;
  /** Shows something else; `replace`: without a step in the browser's history. */
  go(address: Address, replace?: boolean): void;
}
