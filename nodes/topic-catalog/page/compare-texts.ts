import type { Language } from './texts';

/** What the view says that compares variables of nodes. */
export interface CompareTexts {
  title: string;
  compare: string;
  compareTitle: (variable: string) => string;
  empty: string;
  emptyText: string;
  add: string;
  nodo: string;
  variable: string;
  chooseNode: string;
  remove: (name: string) => string;
  full: (most: number) => string;
  left: (names: string, most: number) => string;
  thirdUnit: (name: string, unit: string, left: string, right: string) => string;
  thirdAxis: (name: string, left: string, right: string) => string;
  text: (name: string) => string;
  unknown: (nodo: string) => string;
  nothing: (name: string) => string;
  right: string;
  chart: string;
  png: string;
}

export const COMPARE_TEXTS: Readonly<Record<Language, CompareTexts>> = {
  es: {
    title: 'Comparar',
    compare: 'Comparar',
    compareTitle: (variable) => `Comparar ${variable} con otra variable u otro nodo`,
    empty: 'Nada que comparar todavía',
    emptyText: 'Elija abajo un nodo y una de sus variables, y después otra.',
    add: 'Añadir',
    nodo: 'Nodo',
    variable: 'Variable',
    chooseNode: 'Elija antes un nodo',
    remove: (name) => `Quitar ${name}`,
    full: (most) => `Un gráfico lleva ${most} líneas como máximo. Para añadir otra, quite una.`,
    left: (names, most) => `Un gráfico lleva ${most} líneas como máximo. No se muestra: ${names}.`,
    thirdUnit: (name, unit, left, right) =>
      `«${name}» se mide en ${unit} y no se dibuja: un gráfico solo tiene dos ejes, que aquí son ${left} y ${right}. Quite lo que sobra, o compárelo aparte.`,
    thirdAxis: (name, left, right) =>
      `«${name}» no tiene unidad, pediría un eje propio y no se dibuja: un gráfico solo tiene dos, que aquí son ${left} y ${right}. Quite lo que sobra, o compárelo aparte.`,
    text: (name) => `«${name}» dice textos, y aquí solo se dibujan números.`,
    unknown: (nodo) => `No hay ningún nodo «${nodo}».`,
    nothing: (name) => `«${name}» no tiene lecturas en este intervalo.`,
    right: 'eje derecho',
    chart: 'Gráfico',
    png: 'Descargar imagen',
  },
  en: {
    title: 'Compare',
    compare: 'Compare',
    compareTitle: (variable) => `Compare ${variable} with another variable or another node`,
    empty: 'Nothing to compare yet',
    emptyText: 'Choose a node and one of its variables below, and then another one.',
    add: 'Add',
    nodo: 'Node',
    variable: 'Variable',
    chooseNode: 'Choose a node first',
    remove: (name) => `Remove ${name}`,
    full: (most) => `A chart has ${most} lines at most. To add another one, remove one.`,
    left: (names, most) => `A chart has ${most} lines at most. Not shown: ${names}.`,
    thirdUnit: (name, unit, left, right) =>
      `“${name}” is measured in ${unit} and is not drawn: a chart has but two axes, which are ${left} and ${right} here. Remove what is one too many, or compare it apart.`,
    thirdAxis: (name, left, right) =>
      `“${name}” has no unit, would take an axis of its own and is not drawn: a chart has but two, which are ${left} and ${right} here. Remove what is one too many, or compare it apart.`,
    text: (name) => `“${name}” says texts, and only numbers are drawn here.`,
    unknown: (nodo) => `There is no node “${nodo}”.`,
    nothing: (name) => `“${name}” has no readings in this range.`,
    right: 'right axis',
    chart: 'Chart',
    png: 'Download picture',
  },
};
