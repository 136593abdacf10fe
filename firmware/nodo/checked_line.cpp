#include "checked_line.h"

#include <Arduino.h>

size_t CheckedLine::write(uint8_t byte) {
  crc_ = crc16Update(crc_, byte);
  return out_.write(byte);
}

void CheckedLine::end() {
  out_.print('*');
  for (int8_t shift = 12; shift >= 0; shift -= 4) out_.print((crc_ >> shift) & 0xF, HEX);
  out_.println();
}
