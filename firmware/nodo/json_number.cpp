#include "json_number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t SIGNIFICANT_DIGITS = 7;

static uint8_t decimalsFor(float magnitude) {
  uint8_t decimals = SIGNIFICANT_DIGITS - 1;
  for (float limit = 10; magnitude >= limit && decimals > 0; limit *= 10) decimals--;
  return decimals;
}

static void dropTrailingZeros(char *text) {
  if (strchr(text, '.') == NULL) return;
  char *last = text + strlen(text) - 1;
  while (*last == '0') last--;
  if (*last == '.') last--;
  last[1] = '\0';
}

void printJsonNumber(Print &out, float value) {
  if (isnan(value)) {
    out.print(F("null"));
    return;
  }
  // All values here are below 10000 in magnitude: sign, four digits, point, six decimals.
  char text[16];
  dtostrf(value, 0, decimalsFor(fabs(value)), text);
  dropTrailingZeros(text);
  out.print(text);
}
