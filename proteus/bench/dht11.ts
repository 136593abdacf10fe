import { withSum, type DhtModel } from './dht';

const BELOW_ZERO = 0x80;

/**
 * The five bytes a DHT11 sends: humidity (%), its tenths, temperature (°C), its tenths with
 * bit 7 set below zero, and the sum of the four.
 */
export function dht11Frame(humedad: number, temperatura: number): number[] {
  const humidityTenths = Math.round(humedad * 10);
  const temperatureTenths = Math.round(Math.abs(temperatura) * 10);
  const sign = temperatura < 0 && temperatureTenths > 0 ? BELOW_ZERO : 0;
  return withSum([
    Math.floor(humidityTenths / 10),
    humidityTenths % 10,
    Math.floor(temperatureTenths / 10),
    (temperatureTenths % 10) | sign,
  ]);
}

/** Aosong DHT11: a start of 18 ms. */
export const DHT11: DhtModel = { shortestStart: 18_000, frame: dht11Frame };
