// VitePress's settings. Which pages there are, and in which order, stands in pages.json, written beside it by tools/site.ts.
import { readFileSync } from 'node:fs';

const { sidebars } = JSON.parse(readFileSync(new URL('./pages.json', import.meta.url), 'utf8'));
const title = 'serial-kafka-mongo';

export default {
  title,
  cleanUrls: false,
  lastUpdated: false,
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        locales: {
          es: {
            translations: {
              button: { buttonText: 'Buscar', buttonAriaLabel: 'Buscar' },
              modal: {
                noResultsText: 'No se encontró',
                resetButtonTitle: 'Borrar la búsqueda',
                displayDetails: 'Mostrar la lista detallada',
                backButtonTitle: 'Cerrar la búsqueda',
                footer: { selectText: 'abrir', navigateText: 'moverse', closeText: 'cerrar' },
              },
            },
          },
        },
      },
    },
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'Sensor readings from a serial line through Kafka into MongoDB and onto a dashboard',
      themeConfig: { sidebar: sidebars.en },
    },
    es: {
      label: 'Español',
      lang: 'es',
      description: 'Lecturas de sensores de una línea serial, por Kafka, a MongoDB y a un tablero',
      themeConfig: {
        sidebar: sidebars.es,
        outline: { label: 'En esta página' },
        docFooter: { prev: 'Anterior', next: 'Siguiente' },
        sidebarMenuLabel: 'Menú',
        returnToTopLabel: 'Volver arriba',
        darkModeSwitchLabel: 'Apariencia',
        langMenuLabel: 'Cambiar de idioma',
      },
    },
  },
};
