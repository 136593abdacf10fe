#include "node_name_check.h"

namespace {

const uint8_t MARK[] = {0x4e, 0x01};
const uint8_t LONGEST = 32;

bool isAllowed(uint8_t c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

}  // namespace

uint8_t nameLength(uint8_t (*byteAt)(uint8_t address)) {
  if (byteAt(0) != MARK[0] || byteAt(1) != MARK[1]) return 0;
  const uint8_t length = byteAt(2);
  if (length < 1 || length > LONGEST) return 0;
  uint8_t sum = length;
  for (uint8_t i = 0; i < length; i++) {
    const uint8_t character = byteAt(NAME_START + i);
    if (!isAllowed(character)) return 0;
    sum += character;
  }
  return sum == byteAt(NAME_START + length) ? length : 0;
}
