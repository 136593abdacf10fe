#include "dht_frame.h"

namespace {

const uint8_t BELOW_ZERO = 0x80;

float withSign(float magnitude, uint8_t signByte) {
  return (signByte & BELOW_ZERO) ? -magnitude : magnitude;
}

uint16_t word(uint8_t high, uint8_t low) {
  return static_cast<uint16_t>(static_cast<uint16_t>(high) << 8 | low);
}

}  // namespace

bool checksumHolds(const uint8_t (&frame)[FRAME_BYTES]) {
  return static_cast<uint8_t>(frame[0] + frame[1] + frame[2] + frame[3]) == frame[4];
}

// Divided, not multiplied by 0.1: 23 and 4 tenths must print as 23.4.
float dht11Humidity(const uint8_t (&frame)[FRAME_BYTES]) { return frame[0] + frame[1] / 10.0f; }

float dht11Temperature(const uint8_t (&frame)[FRAME_BYTES]) {
  return withSign(frame[2] + (frame[3] & ~BELOW_ZERO) / 10.0f, frame[3]);
}

float dht22Humidity(const uint8_t (&frame)[FRAME_BYTES]) { return word(frame[0], frame[1]) / 10.0f; }

float dht22Temperature(const uint8_t (&frame)[FRAME_BYTES]) {
  return withSign(word(frame[2] & ~BELOW_ZERO, frame[3]) / 10.0f, frame[2]);
}
