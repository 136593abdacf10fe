#include "dht.h"

#include <Arduino.h>

#include "config.h"
#include "dht_frame.h"
#include "low_power.h"

namespace {

const unsigned long START_LOW_MS = 20;       // at least 18; millis() may be 1 ms early
const unsigned long LONGEST_PULSE_US = 150;  // the longest in the protocol is 80
const unsigned long ONE_THRESHOLD_US = 48;   // half-way between 26 and 70

// The data line of the sensor, read straight from its port: digitalRead() would take
// a good part of the shortest pulse.
class DataLine {
 public:
  explicit DataLine(uint8_t pin)
      : input_(portInputRegister(digitalPinToPort(pin))), mask_(digitalPinToBitMask(pin)) {}

  // Waits while the line is at `level`. Returns the time waited in us, or -1 when it
  // never left that level.
  int waitWhile(bool level) const {
    const unsigned long start = micros();
    unsigned long elapsed = 0;
    while (((*input_ & mask_) != 0) == level) {
      elapsed = micros() - start;
      if (elapsed > LONGEST_PULSE_US) return -1;
    }
    return static_cast<int>(elapsed);
  }

 private:
  const volatile uint8_t *input_;
  const uint8_t mask_;
};

void sendStart(uint8_t pin) {
  digitalWrite(pin, LOW);
  pinMode(pin, OUTPUT);
  sleepUntil(millis() + START_LOW_MS);
  pinMode(pin, INPUT_PULLUP);
}

// Interrupts stay on, so that no millisecond is lost: the handlers of the core take a few
// us, far less than what tells a 0 from a 1.
bool receiveFrame(const DataLine &line, uint8_t (&frame)[FRAME_BYTES]) {
  if (line.waitWhile(HIGH) < 0) return false;  // the sensor has not taken the line yet
  if (line.waitWhile(LOW) < 0) return false;
  if (line.waitWhile(HIGH) < 0) return false;
  for (uint8_t i = 0; i < FRAME_BYTES; i++) {
    for (uint8_t bit = 0; bit < 8; bit++) {
      if (line.waitWhile(LOW) < 0) return false;
      const int high = line.waitWhile(HIGH);
      if (high < 0) return false;
      frame[i] = (frame[i] << 1) | (high > static_cast<int>(ONE_THRESHOLD_US));
    }
  }
  return true;
}

}  // namespace

DhtAnswer readDht(uint8_t pin, DhtReading &reading) {
  reading.humidity = NAN;
  reading.temperature = NAN;

  uint8_t frame[FRAME_BYTES] = {0};
  sendStart(pin);
  if (!receiveFrame(DataLine(pin), frame)) return DhtAnswer::NONE;
  if (!checksumHolds(frame)) return DhtAnswer::DAMAGED;

#ifdef SENSOR_DHT22
  reading.humidity = dht22Humidity(frame);
  reading.temperature = dht22Temperature(frame);
#else
  reading.humidity = dht11Humidity(frame);
  reading.temperature = dht11Temperature(frame);
#endif
  return DhtAnswer::VALID;
}
