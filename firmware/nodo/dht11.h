#pragma once
#include <stdint.h>

struct Dht11Reading {
  float humidity;     // relative humidity, %; NAN when the sensor gave no valid answer
  float temperature;  // °C; NAN when the sensor gave no valid answer
};

// Asks the DHT11 on `pin` once (about 25 ms). Returns false, and NAN in both values, when
// it does not answer, stops half-way, or its checksum is wrong.
//
// Protocol (Aosong DHT11 datasheet): the host holds the line low for 18 ms or more and
// lets go; the sensor answers low 80 us, high 80 us, then 40 bits of low 50 us and high
// 26-28 us (0) or 70 us (1), the highest bit first. Bytes: humidity, its tenths,
// temperature, its tenths (bit 7 set: below zero), sum of the four.
bool readDht11(uint8_t pin, Dht11Reading &reading);
