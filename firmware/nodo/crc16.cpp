#include "crc16.h"

uint16_t crc16Update(uint16_t crc, uint8_t byte) {
  crc ^= static_cast<uint16_t>(byte) << 8;
  for (uint8_t bit = 0; bit < 8; bit++) {
    crc = (crc & 0x8000) ? static_cast<uint16_t>(crc << 1) ^ 0x1021 : static_cast<uint16_t>(crc << 1);
  }
  return crc;
}
