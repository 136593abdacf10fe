#pragma once
#include <stdint.h>

// The five bytes of a DHT sensor's answer.
const uint8_t FRAME_BYTES = 5;

// Whether the last byte is the sum of the others, modulo 256.
bool checksumHolds(const uint8_t (&frame)[FRAME_BYTES]);

// DHT11: humidity in whole % and tenths; temperature in whole °C and tenths, bit 7 of these set below zero.
float dht11Humidity(const uint8_t (&frame)[FRAME_BYTES]);
float dht11Temperature(const uint8_t (&frame)[FRAME_BYTES]);

// DHT22 (AM2302): tenths of both in two bytes each, the high one first, bit 15 of the temperature set below zero.
float dht22Humidity(const uint8_t (&frame)[FRAME_BYTES]);
float dht22Temperature(const uint8_t (&frame)[FRAME_BYTES]);
