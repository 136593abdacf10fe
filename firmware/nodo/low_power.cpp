#include "low_power.h"

#include <Arduino.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

void sleepUntil(unsigned long deadline) {
  set_sleep_mode(SLEEP_MODE_IDLE);
  // The signed difference stays right when millis() wraps, after 49.7 days.
  while (static_cast<long>(deadline - millis()) > 0) {
    wdt_reset();
    sleep_mode();
  }
}
