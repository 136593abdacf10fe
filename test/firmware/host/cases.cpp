// Runs the firmware's logic on this machine: reads cases from standard input, one a line, prints one result a line.
//
//   heat CELSIUS HUMIDITY        -> heat index, °C
//   dht11 B0 B1 B2 B3 B4         -> humidity temperature, or "damaged"
//   dht22 B0 B1 B2 B3 B4         -> the same
//   name B0 B1 ...               -> length of the node name in an EEPROM that begins so
//
// Of the library of C alone: a compiler that is fetched for it would first have to build that of C++.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dht_frame.h"
#include "heat_index.h"
#include "node_name_check.h"

namespace {

uint8_t eeprom[64];
uint8_t eepromByte(uint8_t address) { return eeprom[address]; }

// The numbers of a line, one after the other; `at` moves on.
bool readNumber(char *&at, double &number) {
  char *end = at;
  number = strtod(at, &end);
  const bool found = end != at;
  at = end;
  return found;
}

void readBytes(char *at, uint8_t *bytes, size_t most) {
  double byte = 0;
  for (size_t i = 0; i < most && readNumber(at, byte); i++) bytes[i] = static_cast<uint8_t>(byte);
}

bool begins(const char *line, const char *word) { return strncmp(line, word, strlen(word)) == 0; }

}  // namespace

int main() {
  char line[1024];
  while (fgets(line, sizeof line, stdin) != nullptr) {
    char *numbers = line + strcspn(line, " \n");
    if (begins(line, "heat")) {
      double celsius = 0;
      double humidity = 0;
      readNumber(numbers, celsius);
      readNumber(numbers, humidity);
      printf("%.9g\n", static_cast<double>(heatIndex(static_cast<float>(celsius), static_cast<float>(humidity))));
    } else if (begins(line, "name")) {
      for (uint8_t &byte : eeprom) byte = 0xff;
      readBytes(numbers, eeprom, sizeof eeprom);
      printf("%d\n", nameLength(eepromByte));
    } else {
      uint8_t frame[FRAME_BYTES] = {0};
      readBytes(numbers, frame, FRAME_BYTES);
      const bool old = begins(line, "dht11");
      if (!checksumHolds(frame)) {
        printf("damaged\n");
      } else {
        printf("%.9g %.9g\n", static_cast<double>(old ? dht11Humidity(frame) : dht22Humidity(frame)),
               static_cast<double>(old ? dht11Temperature(frame) : dht22Temperature(frame)));
      }
    }
  }
  return 0;
}
