/**
 * One reading of a sensor node, as the firmware sends it and as the database keeps it. `nodo` names the sensor node;
 * `fecha` (YYYY-MM-DD) and `hora` (HH:MM:SS) are the local time at which the line arrived; every other field is a
 * variable (humedad in %, temperatura and sensacion in °C, radiacion in mV, ...), null when its sensor did not answer.
 */
export interface Reading {
  nodo: string;
  fecha?: string;
  hora?: string;
  [variable: string]: unknown;
}

/** The fields of a reading that are not variables. */
export const READING_FIELDS: ReadonlySet<string> = new Set(['nodo', 'fecha', 'hora']);

/** @returns whether a value is a JSON object, which is what a reading has to be. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** @returns whether a value is an object that names its sensor node. */
export function isReading(value: unknown): value is Reading {
  return isObject(value) && typeof value.nodo === 'string' && value.nodo !== '';
}
