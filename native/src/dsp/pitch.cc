// Correlation over int16 in 32-bit float sums: exact enough to choose a lag, and it vectorises.
#include "pitch.h"

#include <cmath>

namespace offhook {

namespace {
struct Sums {
  float cross = 0, first = 0, second = 0;
};

Sums correlate(const int16_t* a, const int16_t* b, size_t count, size_t step) {
  Sums sums;
  for (size_t i = 0; i < count; i += step) {
    const float x = a[i], y = b[i];
    sums.cross += x * y;
    sums.first += x * x;
    sums.second += y * y;
  }
  return sums;
}

float normalised(const Sums& sums) {
  const float energy = sums.first * sums.second;
  return energy > 1 ? sums.cross / std::sqrt(energy) : 0;
}
}  // namespace

Pitch findPitch(const int16_t* end, size_t window, size_t shortest, size_t longest) {
  const int16_t* const recent = end - window;
  Pitch best;
  best.period = shortest;
  best.strength = -1;
  // Every second lag and sample first, then the neighbours exactly.
  for (size_t lag = shortest; lag <= longest; lag += 2) {
    const float strength = normalised(correlate(recent, recent - lag, window, 2));
    if (strength > best.strength) best = {lag, strength};
  }
  const size_t around = best.period;
  best.strength = -1;
  for (size_t lag = around > shortest ? around - 1 : around; lag <= around + 1 && lag <= longest; lag++) {
    const float strength = normalised(correlate(recent, recent - lag, window, 1));
    if (strength > best.strength) best = {lag, strength};
  }
  return best;
}

float likeness(const int16_t* a, const int16_t* b, size_t count) {
  const Sums sums = correlate(a, b, count, 1);
  return sums.first * sums.second > 1 ? normalised(sums) : sums.first + sums.second < 1 ? 1.f : 0.f;
}

float level(const int16_t* in, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += float(in[i]) * float(in[i]);
  return count ? std::sqrt(sum / float(count)) : 0;
}

void crossFade(const int16_t* a, const int16_t* b, size_t count, int16_t* out) {
  const float step = 1.f / float(count + 1);
  for (size_t i = 0; i < count; i++) {
    const float share = float(i + 1) * step;
    out[i] = int16_t(std::lrint(float(a[i]) * (1 - share) + float(b[i]) * share));
  }
}

}  // namespace offhook
