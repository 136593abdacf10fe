#pragma once
#include <stdint.h>

struct DhtReading {
  float humidity;     // relative humidity, %; NAN when the sensor gave no valid answer
  float temperature;  // °C; NAN when the sensor gave no valid answer
};

// How a question to the sensor ended: with a valid answer, with none or a part of one, or with one that was damaged.
enum class DhtAnswer : uint8_t { VALID, NONE, DAMAGED };

// Asks the sensor on `pin` once (about 25 ms); which one it is stands in config.h. Anything but a valid answer gives NAN in
// both values.
//
// Protocol (Aosong datasheets of DHT11 and AM2302): the host holds the line low for 18 ms or more (DHT22: 1 ms) and
// lets go; the sensor answers low 80 us, high 80 us, then 40 bits of low 50 us and high
// 26-28 us (0) or 70 us (1), the highest bit first. dht_frame.h says what the bytes are.
DhtAnswer readDht(uint8_t pin, DhtReading &reading);
