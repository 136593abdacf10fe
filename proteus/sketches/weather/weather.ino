// A DS18B20 on pin 3 (1-Wire, 4.7 kohm to 5 V) and a BMP280 on A4 and A5 (I2C, address 0x76): one line a second, null for
// what does not answer, or not rightly.
//   {"nodo":"weather","rom":"28154C6962610011","temperatura":21.5000,"presion":1013.25,"interior":21.50}
#include <Wire.h>

namespace {

const uint8_t ONE_WIRE_PIN = 3;
const uint8_t BAROMETER = 0x76;

// Low, or let go: the resistor makes it high. The times are those of the DS18B20's data sheet.
void pull() { pinMode(ONE_WIRE_PIN, OUTPUT); }
void release() { pinMode(ONE_WIRE_PIN, INPUT); }

bool reset() {
  digitalWrite(ONE_WIRE_PIN, LOW);
  pull();
  delayMicroseconds(500);
  release();
  delayMicroseconds(70);
  const bool there = digitalRead(ONE_WIRE_PIN) == LOW;
  delayMicroseconds(430);
  return there;
}

void sendBit(bool bit) {
  noInterrupts();
  pull();
  delayMicroseconds(bit ? 3 : 65);
  release();
  interrupts();
  delayMicroseconds(bit ? 65 : 5);
}

bool receiveBit() {
  noInterrupts();
  pull();
  delayMicroseconds(2);
  release();
  delayMicroseconds(6);
  const bool bit = digitalRead(ONE_WIRE_PIN) == HIGH;
  interrupts();
  delayMicroseconds(55);
  return bit;
}

void send(uint8_t byte) {
  for (uint8_t bit = 0; bit < 8; bit++) sendBit(byte >> bit & 1);
}

uint8_t receive() {
  uint8_t byte = 0;
  for (uint8_t bit = 0; bit < 8; bit++) byte |= receiveBit() << bit;
  return byte;
}

uint8_t crc8(const uint8_t *bytes, uint8_t length) {
  uint8_t crc = 0;
  while (length--) {
    crc ^= *bytes++;
    for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x8C : crc >> 1;
  }
  return crc;
}

// The one sensor of the wire by its search: of each bit its complement follows, and the host says which way it goes.
bool findSensor(uint8_t rom[8]) {
  if (!reset()) return false;
  send(0xF0);
  for (uint8_t index = 0; index < 64; index++) {
    const bool bit = receiveBit();
    if (receiveBit() == bit) return false;
    if (index % 8 == 0) rom[index / 8] = 0;
    rom[index / 8] |= bit << index % 8;
    sendBit(bit);
  }
  return crc8(rom, 7) == rom[7];
}

void choose(const uint8_t rom[8]) {
  reset();
  send(0x55);
  for (uint8_t i = 0; i < 8; i++) send(rom[i]);
}

bool readThermometer(const uint8_t rom[8], float &celsius) {
  choose(rom);
  send(0x44);
  while (!receiveBit()) delay(1);
  choose(rom);
  send(0xBE);
  uint8_t scratchpad[9];
  for (uint8_t i = 0; i < 9; i++) scratchpad[i] = receive();
  if (crc8(scratchpad, 8) != scratchpad[8]) return false;
  celsius = static_cast<int16_t>(scratchpad[1] << 8 | scratchpad[0]) / 16.0f;
  return true;
}

uint16_t trimming[12];

void write(uint8_t reg, uint8_t value) {
  Wire.beginTransmission(BAROMETER);
  Wire.write(reg);
  Wire.write(value);
  Wire.endTransmission();
}

bool read(uint8_t reg, uint8_t *bytes, uint8_t length) {
  Wire.beginTransmission(BAROMETER);
  Wire.write(reg);
  if (Wire.endTransmission(false) != 0) return false;
  if (Wire.requestFrom(BAROMETER, length) != length) return false;
  while (length--) *bytes++ = Wire.read();
  return true;
}

int32_t twenty(const uint8_t *bytes) {
  return static_cast<int32_t>(bytes[0]) << 12 | static_cast<int32_t>(bytes[1]) << 4 | bytes[2] >> 4;
}

// The data sheet's compensation in whole numbers (BST-BMP280-DS001, 3.11.3): hundredths of a degree, 256ths of a pascal.
void compensate(int32_t rawT, int32_t rawP, int32_t &temperature, uint32_t &pressure) {
  const int32_t t1 = trimming[0];
  const int16_t *const t = reinterpret_cast<int16_t *>(trimming);
  const int16_t *const p = t + 2;
  const int32_t a = (((rawT >> 3) - (t1 << 1)) * t[1]) >> 11;
  const int32_t b = (((((rawT >> 4) - t1) * ((rawT >> 4) - t1)) >> 12) * t[2]) >> 14;
  const int32_t fine = a + b;
  temperature = (fine * 5 + 128) >> 8;
  int64_t v1 = static_cast<int64_t>(fine) - 128000;
  int64_t v2 = v1 * v1 * p[6];
  v2 += (v1 * p[5]) << 17;
  v2 += static_cast<int64_t>(p[4]) << 35;
  v1 = ((v1 * v1 * p[3]) >> 8) + ((v1 * p[2]) << 12);
  v1 = ((static_cast<int64_t>(1) << 47) + v1) * trimming[3] >> 33;
  if (v1 == 0) return;
  int64_t result = 1048576 - rawP;
  result = (((result << 31) - v2) * 3125) / v1;
  v1 = (static_cast<int64_t>(p[9]) * (result >> 13) * (result >> 13)) >> 25;
  v2 = (static_cast<int64_t>(p[8]) * result) >> 19;
  pressure = ((result + v1 + v2) >> 8) + (static_cast<int64_t>(p[7]) << 4);
}

bool readBarometer(float &celsius, float &hectopascal) {
  uint8_t id;
  if (!read(0xD0, &id, 1) || id != 0x58) return false;
  uint8_t bytes[24];
  if (!read(0x88, bytes, 24)) return false;
  for (uint8_t i = 0; i < 12; i++) trimming[i] = bytes[2 * i] | bytes[2 * i + 1] << 8;
  // Temperature twice, pressure 16 times, once.
  write(0xF4, 2 << 5 | 5 << 2 | 1);
  do {
    delay(5);
    if (!read(0xF3, bytes, 1)) return false;
  } while (bytes[0] & 8);
  if (!read(0xF7, bytes, 6)) return false;
  int32_t temperature = 0;
  uint32_t pressure = 0;
  compensate(twenty(bytes + 3), twenty(bytes), temperature, pressure);
  celsius = temperature / 100.0f;
  hectopascal = pressure / 25600.0f;
  return true;
}

void field(const __FlashStringHelper *name, bool known, float value, uint8_t decimals) {
  Serial.print(name);
  if (known) Serial.print(value, decimals);
  else Serial.print(F("null"));
}

}  // namespace

void setup() {
  Serial.begin(9600);
  Wire.begin();
}

void loop() {
  const uint32_t begun = millis();
  uint8_t rom[8];
  float outside = 0, inside = 0, pressure = 0;
  const bool found = findSensor(rom);
  const bool hasOutside = found && readThermometer(rom, outside);
  const bool hasPressure = readBarometer(inside, pressure);
  Serial.print(F("{\"nodo\":\"weather\",\"rom\":"));
  if (found) {
    Serial.print('"');
    for (uint8_t i = 0; i < 8; i++) {
      if (rom[i] < 16) Serial.print('0');
      Serial.print(rom[i], HEX);
    }
    Serial.print('"');
  } else Serial.print(F("null"));
  field(F(",\"temperatura\":"), hasOutside, outside, 4);
  field(F(",\"presion\":"), hasPressure, pressure, 2);
  field(F(",\"interior\":"), hasPressure, inside, 2);
  Serial.println('}');
  const uint32_t took = millis() - begun;
  if (took < 1000) delay(1000 - took);
}
