#include "node_name.h"

#include <avr/eeprom.h>

#include "config.h"
#include "node_name_check.h"

namespace {

uint8_t eepromByte(uint8_t address) {
  return eeprom_read_byte(reinterpret_cast<const uint8_t *>(address));
}

}  // namespace

void printNodeName(Print &out) {
  const uint8_t length = nameLength(eepromByte);
  if (length == 0) {
    out.print(F(NODO));
    return;
  }
  for (uint8_t i = 0; i < length; i++) out.write(eepromByte(NAME_START + i));
}
