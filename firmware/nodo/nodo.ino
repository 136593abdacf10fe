// IoT node: a DHT11 on pin 2 and a radiation sensor (0 to 5 V) on A1. Every 3.06 s it
// prints one JSON object and CR LF at 9600 baud 8-N-1, and sleeps in between (config.h has what can be chosen):
//
//   {"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}
//
// humedad: relative humidity, %. temperatura, sensacion (heat index): °C. radiacion: mV on A1.
// When the DHT11 does not answer, the line `Error` comes first, when its checksum is wrong the line
// `Error: checksum`; the three values that depend on it are then null.

#include <avr/power.h>
#include <avr/wdt.h>

#include "checked_line.h"
#include "config.h"
#include "dht.h"
#include "heat_index.h"
#include "json_number.h"
#include "low_power.h"
#include "node_name.h"

// A DHT must not be asked within its first second (DHT11) or two (DHT22) of power.
#ifdef SENSOR_DHT22
static const unsigned long POWER_UP_MS = 2000;
#else
static const unsigned long POWER_UP_MS = 1000;
#endif

static unsigned long nextReadingAt = POWER_UP_MS;

// The counts of an analog pin. The ADC is on only while it converts: idle sleep with it on would
// start conversions of its own.
static int readAnalog(uint8_t pin) {
  ADCSRA |= _BV(ADEN);
  const int counts = analogRead(pin);
  ADCSRA &= ~_BV(ADEN);
  return counts;
}

static void printFields(Print &line, const DhtReading &air) {
  line.print(F("{\"nodo\":\""));
  printNodeName(line);
  line.print(F("\",\"humedad\":"));
  printJsonNumber(line, air.humidity);
  line.print(F(",\"temperatura\":"));
  printJsonNumber(line, air.temperature);
  line.print(F(",\"sensacion\":"));
  printJsonNumber(line, heatIndex(air.temperature, air.humidity));
#define X(pin, name, scale)               \
  line.print(F(",\"" name "\":")); \
  printJsonNumber(line, readAnalog(pin) * (scale));
  ANALOG_CHANNELS
#undef X
#if LINE_NUMBERS
  static uint32_t number = 0;
  line.print(F(",\"seq\":"));
  line.print(++number);
#endif
  line.print('}');
}

static void printReading(const DhtReading &air) {
#if CHECKSUM
  CheckedLine line(Serial);
  printFields(line, air);
  line.end();
#else
  printFields(Serial, air);
  Serial.println();
#endif
}

void setup() {
  // After a reset by the watchdog it is still on, and short (ATmega328P datasheet, 11.9.2).
  MCUSR = 0;
  wdt_disable();
  Serial.begin(BAUD_RATE);
  pinMode(SENSOR_PIN, INPUT_PULLUP);

  // The core starts timers 1 and 2 for PWM, which nothing here uses.
  TCCR1B = 0;
  TCCR2B = 0;
  power_timer1_disable();
  power_timer2_disable();
  power_spi_disable();
  power_twi_disable();
  ADCSRA &= ~_BV(ADEN);
#if WATCHDOG
  wdt_enable(WDTO_8S);
#endif
}

void loop() {
  sleepUntil(nextReadingAt);
  nextReadingAt += PERIOD_MS;

  DhtReading air;
  switch (readDht(SENSOR_PIN, air)) {
    case DhtAnswer::VALID: break;
    case DhtAnswer::NONE: Serial.println(F("Error")); break;
    case DhtAnswer::DAMAGED: Serial.println(F("Error: checksum")); break;
  }
  printReading(air);
}
