#include "heat_index.h"

#include <math.h>

namespace {

// Single precision cancels heavily here: another order of the terms changes the fourth
// decimal of the result.
float rothfusz(float t, float rh) {
  const float t2 = t * t;
  const float rh2 = rh * rh;
  float sum = -42.379f;
  sum += 2.04901523f * t;
  sum += 10.14333127f * rh;
  sum -= 0.22475541f * t * rh;
  sum -= 0.00683783f * t2;
  sum -= 0.05481717f * rh2;
  sum += 0.00122874f * t2 * rh;
  sum += 0.00085282f * t * rh2;
  sum -= 0.00000199f * t2 * rh2;
  return sum;
}

float adjustment(float t, float rh) {
  if (rh < 13 && t >= 80 && t <= 112) {
    return -((13 - rh) / 4) * sqrt((17 - fabs(t - 95)) / 17);
  }
  if (rh > 85 && t >= 80 && t <= 87) {
    return ((rh - 85) * 0.1f) * ((87 - t) * 0.2f);
  }
  return 0;
}

float heatIndexFahrenheit(float t, float rh) {
  const float simple = 0.5f * (t + 61.0f + (t - 68.0f) * 1.2f + rh * 0.094f);
  if (simple <= 79) return simple;
  return rothfusz(t, rh) + adjustment(t, rh);
}

}  // namespace

float heatIndex(float celsius, float humidity) {
  if (isnan(celsius) || isnan(humidity)) return NAN;
  return (heatIndexFahrenheit(celsius * 1.8f + 32, humidity) - 32) * 0.55555f;
}
