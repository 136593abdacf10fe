#pragma once
#include <stdint.h>

// The CRC-16 that stands at the end of a line: CRC-16/IBM-3740, also called CCITT-FALSE, with the polynomial 0x1021,
// nothing reflected. It is 0x29B1 for the nine bytes "123456789".
const uint16_t CRC16_START = 0xFFFF;

// The CRC of what `crc` is that of, and one more byte.
uint16_t crc16Update(uint16_t crc, uint8_t byte);
