import { uuidv7 } from 'uuidv7';

/** A reading as serial-json-in hands it on. */
export interface MemoryReading {
  payload: Record<string, string | number>;
  key: string;
  readingId: string;
}

/** @returns a function that makes the next reading, turn by turn of these sensor nodes */
export function readingSource(nodes: readonly string[]): () => MemoryReading {
  let n = 0;
  return () => {
    const key = nodes[n % nodes.length] ?? 'nodo';
    n++;
    return {
      payload: {
        nodo: key,
        humedad: 40 + (n % 50),
        temperatura: 20 + (n % 15),
        sensacion: 26.92732,
        radiacion: 1997.07,
        n,
        fecha: '2026-11-24',
        hora: '08:30:00',
      },
      key,
      readingId: uuidv7(),
    };
  };
}
