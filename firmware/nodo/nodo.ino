// IoT node: a DHT11 on pin 2 and a radiation sensor (0 to 5 V) on A1. Every 3.06 s it
// prints one JSON object and CR LF at 9600 baud 8-N-1, and sleeps in between:
//
//   {"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}
//
// humedad: relative humidity, %. temperatura, sensacion (heat index): °C. radiacion: mV on A1.
// When the DHT11 gives no valid answer, the line `Error` comes first and the three
// values that depend on it are null.

#include <avr/power.h>

#include "dht11.h"
#include "heat_index.h"
#include "json_number.h"
#include "low_power.h"

// The name this board signs its readings with; firmware/Makefile sets it.
#ifndef NODO
#define NODO "comuna_15"
#endif

static const uint8_t DHT11_PIN = 2;
static const uint8_t RADIATION_PIN = A1;

// One ADC count at a 5 V reference, in mV.
static const float MILLIVOLTS_PER_COUNT = 5000.0f / 1024.0f;

static const unsigned long PERIOD_MS = 3060;

// The DHT11 must not be asked within its first second of power.
static const unsigned long POWER_UP_MS = 1000;

static unsigned long nextReadingAt = POWER_UP_MS;

// Voltage on A1 in mV. The ADC is on only while it converts: idle sleep with it on would
// start conversions of its own.
static float readRadiation() {
  ADCSRA |= _BV(ADEN);
  const float millivolts = analogRead(RADIATION_PIN) * MILLIVOLTS_PER_COUNT;
  ADCSRA &= ~_BV(ADEN);
  return millivolts;
}

static void printReading(const Dht11Reading &air, float radiation) {
  Serial.print(F("{\"nodo\":\"" NODO "\",\"humedad\":"));
  printJsonNumber(Serial, air.humidity);
  Serial.print(F(",\"temperatura\":"));
  printJsonNumber(Serial, air.temperature);
  Serial.print(F(",\"sensacion\":"));
  printJsonNumber(Serial, heatIndex(air.temperature, air.humidity));
  Serial.print(F(",\"radiacion\":"));
  printJsonNumber(Serial, radiation);
  Serial.println('}');
}

void setup() {
  Serial.begin(9600);
  pinMode(DHT11_PIN, INPUT_PULLUP);

  // The core starts timers 1 and 2 for PWM, which nothing here uses.
  TCCR1B = 0;
  TCCR2B = 0;
  power_timer1_disable();
  power_timer2_disable();
  power_spi_disable();
  power_twi_disable();
  ADCSRA &= ~_BV(ADEN);
}

void loop() {
  sleepUntil(nextReadingAt);
  nextReadingAt += PERIOD_MS;

  Dht11Reading air;
  const bool answered = readDht11(DHT11_PIN, air);
  if (!answered) Serial.println(F("Error"));
  printReading(air, readRadiation());
}
