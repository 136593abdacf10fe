import type { Language } from './texts';

/** What the view of Kafka's inside says. */
export interface InsideTexts {
  title: string;
  intro: string;
  leader: (broker: number) => string;
  nobody: string;
  replicas: string;
  behind: (broker: number) => string;
  upTo: (next: string) => string;
  offset: string;
  key: string;
  groups: string;
  noGroups: string;
  noTopics: string;
  noTopicsText: string;
  members: (count: number) => string;
  reads: string;
  committed: string;
  nothing: string;
  lag: string;
  missing: string;
  search: string;
  noMatch: (search: string) => string;
  topics: string;
  more: (count: number) => string;
}

export const INSIDE_TEXTS: Readonly<Record<Language, InsideTexts>> = {
  es: {
    title: 'Dentro de Kafka',
    intro:
      'Cada fila es una partición; los registros entran por la derecha, cada uno en su offset. La clave decide la fila.',
    leader: (broker) => `líder: broker ${broker}`,
    nobody: 'nadie la lidera',
    replicas: 'réplicas',
    behind: (broker) => `broker ${broker}, atrasado`,
    upTo: (next) => `próximo offset: ${next}`,
    offset: 'offset',
    key: 'clave',
    groups: 'Grupos de consumidores',
    noGroups: 'Todavía no hay grupos',
    noTopics: 'Todavía no hay topics',
    noTopicsText: 'Kafka responde, pero no tiene ningún topic. Aparecerán aquí solos.',
    members: (count) => (count === 1 ? '1 miembro' : `${count} miembros`),
    reads: 'lee',
    committed: 'confirmado',
    nothing: 'nada',
    lag: 'retraso',
    missing: 'Faltan los grupos.',
    search: 'Buscar un topic o un grupo',
    noMatch: (search) => `Ningún topic coincide con «${search}»`,
    topics: 'Topics',
    more: (count) => `y ${count} más`,
  },
  en: {
    title: 'Inside Kafka',
    intro:
      'Each row is a partition; records come in at the right, each at its offset. The key decides on the row.',
    leader: (broker) => `leader: broker ${broker}`,
    nobody: 'nobody leads it',
    replicas: 'replicas',
    behind: (broker) => `broker ${broker}, behind`,
    upTo: (next) => `next offset: ${next}`,
    offset: 'offset',
    key: 'key',
    groups: 'Consumer groups',
    noGroups: 'There are no groups yet',
    noTopics: 'There are no topics yet',
    noTopicsText: 'Kafka answers, but has no topic. They appear here by themselves.',
    members: (count) => (count === 1 ? '1 member' : `${count} members`),
    reads: 'reads',
    committed: 'committed',
    nothing: 'nothing',
    lag: 'lag',
    missing: 'The groups are missing.',
    search: 'Search a topic or a group',
    noMatch: (search) => `No topic matches “${search}”`,
    topics: 'Topics',
    more: (count) => `and ${count} more`,
  },
};
