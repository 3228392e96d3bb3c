// Correlation over int16 in 32-bit float sums: exact enough to choose a lag, and it vectorises.
#include "pitch.h"

#include <algorithm>
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
  const auto strengthAt = [&](size_t lag, size_t step) { return normalised(correlate(recent, recent - lag, window, step)); };
  // Every second lag and sample first, then the neighbours exactly.
  size_t around = shortest;
  float strongest = -1;
  for (size_t lag = shortest; lag <= longest; lag += 2) {
    const float strength = strengthAt(lag, 2);
    if (strength > strongest) strongest = strength, around = lag;
  }
  Pitch best;
  best.strength = -1;
  float before = 0, after = 0, last = 0;
  const size_t first = around > shortest + 1 ? around - 2 : shortest, end2 = std::min(around + 2, longest);
  for (size_t lag = first; lag <= end2; lag++) {
    const float strength = strengthAt(lag, 1);
    if (lag == best.period + 1) after = strength;
    if (strength > best.strength) best.period = lag, best.strength = strength, before = last, after = -1;
    last = strength;
  }
  // A parabola through the peak and its neighbours, where it has both.
  const float bend = 2 * best.strength - before - after;
  const bool inside = best.period > first && best.period < end2 && bend > 1e-6f;
  best.exact = float(best.period) + (inside ? std::clamp((after - before) / (2 * bend), -0.5f, 0.5f) : 0);
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
