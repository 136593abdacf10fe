#pragma once
// What may differ from one node to the next. Each can also be given when the firmware is built:
//
//   make NODO=comuna_3 DEFINES='-DSENSOR_DHT22 -DPERIOD_MS=10000UL'

// The name the node signs its readings with, unless its EEPROM holds another (see node_name.h).
#ifndef NODO
#define NODO "comuna_15"
#endif

// The digital pin that the sensor's data line is on, and which sensor it is: SENSOR_DHT22, or a DHT11.
#ifndef SENSOR_PIN
#define SENSOR_PIN 2
#endif

// From the start of one reading to the start of the next, ms. A DHT must be left alone for a second (DHT11) or two
// (DHT22).
#ifndef PERIOD_MS
#define PERIOD_MS 3060UL
#endif

// The speed of the serial line, bit/s.
#ifndef BAUD_RATE
#define BAUD_RATE 9600UL
#endif

// The analog channels: X(pin, name of the variable, what one of the converter's 1024 counts is worth). The original has
// one, a voltage in mV at a 5 V reference. More of them follow one another:
//
//   #define ANALOG_CHANNELS X(A1, "radiacion", 5000.0f / 1024.0f) X(A2, "luz", 100.0f / 1024.0f)
#ifndef ANALOG_CHANNELS
#define ANALOG_CHANNELS X(A1, "radiacion", 5000.0f / 1024.0f)
#endif

// 1: the chip begins anew when it has hung for eight seconds. 0 for a board whose bootloader does not survive that
// (an Arduino older than the UNO).
#ifndef WATCHDOG
#define WATCHDOG 1
#endif

// 1: each reading ends in `*` and a CRC-16 of four hexadecimal digits (see crc16.h). serial-json-in checks it; a program
// that takes the line for JSON and nothing else does not understand it, so the original's line has none.
#ifndef CHECKSUM
#define CHECKSUM 0
#endif

// 1: the readings are numbered from power-on, in the field `seq`, so that those lost on the way can be counted.
#ifndef LINE_NUMBERS
#define LINE_NUMBERS 0
#endif
