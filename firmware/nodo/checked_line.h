#pragma once
#include <Print.h>

#include "crc16.h"

// A line that ends in `*` and the four hexadecimal digits of its CRC-16, so that whoever reads it knows when bytes were
// lost or damaged on the way.
class CheckedLine : public Print {
 public:
  explicit CheckedLine(Print &out) : out_(out), crc_(CRC16_START) {}
  size_t write(uint8_t byte) override;
  // Prints the checksum, then CR LF.
  void end();

 private:
  Print &out_;
  uint16_t crc_;
};
