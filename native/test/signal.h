// Test signals and what is measured on them.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace signal_test {

inline std::vector<int16_t> sine(double hz, uint32_t rate, size_t samples, double amplitude) {
  std::vector<int16_t> out(samples);
  for (size_t i = 0; i < samples; i++) out[i] = static_cast<int16_t>(std::lround(amplitude * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate)));
  return out;
}

/** Amplitude of one frequency in a block (Goertzel, for whole or many periods). */
inline double amplitude(const int16_t* in, size_t count, double hz, uint32_t rate) {
  double re = 0, im = 0;
  for (size_t i = 0; i < count; i++) {
    const double angle = 2 * M_PI * hz * static_cast<double>(i) / rate;
    re += in[i] * std::cos(angle);
    im += in[i] * std::sin(angle);
  }
  return 2 * std::hypot(re, im) / static_cast<double>(count);
}

/** Root mean square of what is left when one frequency is taken away. */
inline double residue(const int16_t* in, size_t count, double hz, uint32_t rate) {
  double re = 0, im = 0, power = 0;
  for (size_t i = 0; i < count; i++) {
    const double angle = 2 * M_PI * hz * static_cast<double>(i) / rate;
    re += in[i] * std::cos(angle);
    im += in[i] * std::sin(angle);
    power += static_cast<double>(in[i]) * in[i];
  }
  const double tone = 2 * std::hypot(re, im) / static_cast<double>(count);
  return std::sqrt(std::max(0.0, power / static_cast<double>(count) - tone * tone / 2));
}

inline double db(double ratio) { return 20 * std::log10(ratio); }

}  // namespace signal_test
