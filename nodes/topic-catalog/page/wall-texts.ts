import type { Language } from './texts';

/** What is said where a wall is put together, and on the screen that hangs there. */
export interface WallTexts {
  title: string;
  toWall: (variable: string) => string;
  intro: string;
  empty: string;
  emptyText: string;
  open: string;
  link: string;
  copy: string;
  copied: string;
  earlier: (name: string) => string;
  remove: (name: string) => string;
  full: (most: number) => string;
  /** names of what is named beyond the charts that a wall has */
  left: (names: string, most: number) => string;
  /** on the screen, where there is room for little */
  more: (count: number, most: number) => string;
  another: (count: number) => string;
  own: string;
  keep: string;
  look: string;
  asBrowser: string;
  keys: string;
  old: (ago: string) => string;
  never: string;
  screen: string;
}

export const WALL_TEXTS: Readonly<Record<Language, WallTexts>> = {
  es: {
    title: 'Pared',
    toWall: (variable) => `Llevar ${variable} a la pared`,
    intro:
      'Estos gráficos se ven en una pantalla sin controles, para un pasillo: números grandes, al instante, también después de un corte.',
    empty: 'La pared está vacía',
    emptyText: 'Elija abajo un nodo y una de sus variables, o pulse «Llevar a la pared» en un gráfico.',
    open: 'Mostrar en esta pantalla',
    link: 'Enlace para colgar en una pantalla',
    copy: 'Copiar',
    copied: 'Copiado',
    earlier: (name) => `Mover ${name} hacia delante`,
    remove: (name) => `Quitar ${name}`,
    full: (most) => `Una pared lleva ${most} gráficos como máximo.`,
    left: (names, most) =>
      `No cabe: ${names}. Una pared lleva ${most} gráficos como máximo; al quitar uno entra el siguiente.`,
    more: (count, most) =>
      `${count === 1 ? '1 gráfico más no cabe' : `${count} gráficos más no caben`}: una pared lleva ${most} como máximo.`,
    another: (count) =>
      `Esta no es la pared que guarda este navegador, que tiene ${count === 1 ? '1 gráfico' : `${count} gráficos`} y sigue como estaba.`,
    own: 'Ver la de este navegador',
    keep: 'Guardar esta en su lugar',
    look: 'Apariencia',
    asBrowser: 'Como el navegador',
    keys: 'En la pantalla, un clic la pone a pantalla completa y Esc vuelve aquí.',
    old: (ago) => `de ${ago}`,
    never: 'sin lecturas',
    screen: 'Pantalla',
  },
  en: {
    title: 'Wall',
    toWall: (variable) => `Take ${variable} to the wall`,
    intro:
      'These charts are shown on a screen without controls, for a corridor: large numbers, at once, and again after an outage.',
    empty: 'The wall is empty',
    emptyText: 'Choose a node and one of its variables below, or press “Take to the wall” at a chart.',
    open: 'Show on this screen',
    link: 'Link to hang on a screen',
    copy: 'Copy',
    copied: 'Copied',
    earlier: (name) => `Move ${name} forward`,
    remove: (name) => `Remove ${name}`,
    full: (most) => `A wall has ${most} charts at most.`,
    left: (names, most) =>
      `No room for: ${names}. A wall has ${most} charts at most; when one is removed, the next one comes in.`,
    more: (count, most) =>
      `No room for ${count === 1 ? '1 more chart' : `${count} more charts`}: a wall has ${most} at most.`,
    another: (count) =>
      `This is not the wall that this browser keeps, which has ${count === 1 ? '1 chart' : `${count} charts`} and stays as it was.`,
    own: 'Show that of this browser',
    keep: 'Keep this one in its place',
    look: 'Appearance',
    asBrowser: 'As the browser',
    keys: 'On the screen, a click makes it full-screen, and Esc leads back here.',
    old: (ago) => `of ${ago}`,
    never: 'no readings',
    screen: 'Screen',
  },
};
