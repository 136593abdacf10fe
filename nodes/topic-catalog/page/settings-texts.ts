import type { ChangeRefusal } from '../contract';
import type { Language } from './texts';

/** What the dialogs of settings and notes say. */
export interface SettingsTexts {
  refused: Record<ChangeRefusal, string>;
  close: string;
  cancel: string;
  save: string;
  saving: string;
  variable: {
    open: (name: string) => string;
    title: (variable: string) => string;
    intro: string;
    scope: string;
    all: string;
    only: (nodo: string) => string;
    name: string;
    unit: string;
    decimals: string;
    automatic: string;
    order: string;
    orderHint: string;
    colour: string;
    colours: readonly [string, string, string, string, string, string, string, string];
    limits: string;
    limitsHint: string;
    ownLimits: string;
    limit: (number: number) => string;
    sides: { above: string; below: string };
    value: string;
    seconds: string;
    hysteresis: string;
    addLimit: string;
    removeLimit: (number: number) => string;
    reset: string;
  };
  note: {
    write: (name: string) => string;
    title: (nodo: string) => string;
    from: string;
    to: string;
    toHint: string;
    toBeforeFrom: string;
    text: string;
    list: string;
    kind: string;
    remove: string;
    removeOf: (text: string) => string;
    sure: string;
    hint: string;
  };
  all: {
    open: string;
    title: string;
    intro: string;
    none: string;
    table: string;
    everyNode: string;
    limits: (count: number) => string;
    place: (order: number) => string;
    remove: (variable: string) => string;
    export: string;
    import: string;
    exported: (variables: number, notes: number) => string;
    importing: (done: number, all: number) => string;
    imported: (variables: number, notes: number) => string;
    notOurs: string;
    tooLarge: string;
    stopped: (done: number, reason: string) => string;
  };
}

export const SETTINGS_TEXTS: Readonly<Record<Language, SettingsTexts>> = {
  es: {
    refused: {
      setting:
        'Aquí no se puede cambiar nada desde la página: así está elegido en los ajustes del nodo topic-catalog.',
      viewer: 'Usted entró solo a mirar: para cambiar algo, entre con el otro usuario.',
    },
    close: 'Cerrar',
    cancel: 'Cancelar',
    save: 'Guardar',
    saving: 'Guardando…',
    variable: {
      open: (name) => `Ajustes de ${name}`,
      title: (variable) => `Ajustes de ${variable}`,
      intro: 'Valen para todos los que miran este tablero. Lo que queda vacío sigue como es sin ajustes.',
      scope: 'Para',
      all: 'Todos los nodos',
      only: (nodo) => `Solo ${nodo}`,
      name: 'Nombre',
      unit: 'Unidad',
      decimals: 'Decimales',
      automatic: 'Automático',
      order: 'Lugar',
      orderHint: '1 es el primero',
      colour: 'Color',
      colours: ['Ocre', 'Rojo', 'Azul', 'Violeta', 'Verde azulado', 'Rosa', 'Verde', 'Gris'],
      limits: 'Límites',
      limitsHint:
        'Pasar un límite es un suceso: se ve en Sucesos y sale por la segunda salida de topic-catalog. Los del diálogo del nodo valen además.',
      ownLimits: 'Límites propios de este nodo, en lugar de los de todos',
      limit: (number) => `Límite ${number}`,
      sides: { above: 'Por encima de', below: 'Por debajo de' },
      value: 'Valor',
      seconds: 'Durante (s)',
      hysteresis: 'Volver por (margen)',
      addLimit: 'Agregar un límite',
      removeLimit: (number) => `Quitar el límite ${number}`,
      reset: 'Quitar estos ajustes',
    },
    note: {
      write: (name) => `Escribir una nota en ${name}`,
      title: (nodo) => `Nota en ${nodo}`,
      from: 'Desde',
      to: 'Hasta',
      toHint: 'Vacío: un momento',
      toBeforeFrom: 'Tiene que ser después de «Desde».',
      text: 'Texto',
      list: 'Notas',
      kind: 'Nota',
      remove: 'Borrar',
      removeOf: (text) => `Borrar la nota: ${text}`,
      sure: '¿Borrar? Sí',
      hint: 'Un clic en un gráfico escribe una nota.',
    },
    all: {
      open: 'Ajustes de la página',
      title: 'Ajustes de la página',
      intro:
        'Nombres, unidades, decimales, colores, lugares y límites se fijan en cada gráfico, y se guardan con las notas en la base de datos.',
      none: 'Todavía no se ha fijado nada.',
      table: 'Variables con ajustes',
      everyNode: 'todos los nodos',
      limits: (count) => (count === 0 ? 'sin límites' : count === 1 ? '1 límite' : `${count} límites`),
      place: (order) => `lugar ${order}`,
      remove: (variable) => `Quitar los ajustes de ${variable}`,
      export: 'Exportar',
      import: 'Importar',
      exported: (variables, notes) => `Exportado (variables: ${variables}, notas: ${notes}).`,
      importing: (done, all) => `Importando: ${done} de ${all}`,
      imported: (variables, notes) => `Importado (variables: ${variables}, notas: ${notes}).`,
      notOurs: 'Este archivo no es uno que esta página haya exportado.',
      tooLarge:
        'Este archivo es demasiado grande: todo lo que se puede fijar en la página ocupa menos de 10 MB. No se cambió nada.',
      stopped: (done, reason) =>
        `Se detuvo después de ${done}. ${reason} Elija el archivo otra vez para seguir: nada se duplica.`,
    },
  },
  en: {
    refused: {
      setting:
        'Nothing can be changed from the page here: the settings of the topic-catalog node have it that way.',
      viewer: 'You have signed in to look only: to change something, sign in as the other user.',
    },
    close: 'Close',
    cancel: 'Cancel',
    save: 'Save',
    saving: 'Saving…',
    variable: {
      open: (name) => `Settings of ${name}`,
      title: (variable) => `Settings of ${variable}`,
      intro:
        'They hold for everybody who looks at this dashboard. What is left empty stays as it is without settings.',
      scope: 'For',
      all: 'All nodes',
      only: (nodo) => `Only ${nodo}`,
      name: 'Name',
      unit: 'Unit',
      decimals: 'Decimals',
      automatic: 'Automatic',
      order: 'Place',
      orderHint: '1 is the first',
      colour: 'Colour',
      colours: ['Ochre', 'Red', 'Blue', 'Violet', 'Teal', 'Pink', 'Green', 'Grey'],
      limits: 'Limits',
      limitsHint:
        'Passing a limit is an event: it is seen in Events, and leaves by the second output of topic-catalog. Those of the node’s dialog hold as well.',
      ownLimits: 'Limits of this node’s own, in place of those of all',
      limit: (number) => `Limit ${number}`,
      sides: { above: 'Above', below: 'Below' },
      value: 'Value',
      seconds: 'For (s)',
      hysteresis: 'Back by (margin)',
      addLimit: 'Add a limit',
      removeLimit: (number) => `Remove limit ${number}`,
      reset: 'Remove these settings',
    },
    note: {
      write: (name) => `Write a note on ${name}`,
      title: (nodo) => `Note on ${nodo}`,
      from: 'From',
      to: 'To',
      toHint: 'Empty: a moment',
      toBeforeFrom: 'It has to be after “From”.',
      text: 'Text',
      list: 'Notes',
      kind: 'Note',
      remove: 'Delete',
      removeOf: (text) => `Delete the note: ${text}`,
      sure: 'Delete? Yes',
      hint: 'A click on a chart writes a note.',
    },
    all: {
      open: 'Settings of the page',
      title: 'Settings of the page',
      intro:
        'Names, units, decimals, colours, places and limits are set at each chart, and kept with the notes in the database.',
      none: 'Nothing has been set yet.',
      table: 'Variables with settings',
      everyNode: 'all nodes',
      limits: (count) => (count === 0 ? 'no limits' : count === 1 ? '1 limit' : `${count} limits`),
      place: (order) => `place ${order}`,
      remove: (variable) => `Remove the settings of ${variable}`,
      export: 'Export',
      import: 'Import',
      exported: (variables, notes) => `Exported (variables: ${variables}, notes: ${notes}).`,
      importing: (done, all) => `Importing: ${done} of ${all}`,
      imported: (variables, notes) => `Imported (variables: ${variables}, notes: ${notes}).`,
      notOurs: 'This file is none that this page has exported.',
      tooLarge:
        'This file is too large: all that can be set on the page takes less than 10 MB. Nothing was changed.',
      stopped: (done, reason) =>
        `It stopped after ${done}. ${reason} Choose the file again to go on: nothing is doubled.`,
    },
  },
};
