import { withSum, type DhtModel } from './dht';

const BELOW_ZERO = 0x8000;

/**
 * The five bytes a DHT22 (AM2302) sends: tenths of relative humidity (%) and of temperature (°C) in two bytes each, the high
 * one first, bit 15 of the temperature set below zero, and the sum of the four.
 */
export function dht22Frame(humedad: number, temperatura: number): number[] {
  const humidity = Math.round(humedad * 10);
  const magnitude = Math.round(Math.abs(temperatura) * 10);
  const temperature = magnitude | (temperatura < 0 && magnitude > 0 ? BELOW_ZERO : 0);
  return withSum([humidity >> 8, humidity & 0xff, temperature >> 8, temperature & 0xff]);
}

/** Aosong DHT22 (AM2302): a start of 1 ms. */
export const DHT22: DhtModel = { shortestStart: 1_000, frame: dht22Frame };
