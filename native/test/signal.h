// Test signals and what is measured on them.
#pragma once

#include <algorithm>
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

/** What is left of a block without one frequency, fitted to it, dB below a sine of `full`. Of any number of periods. */
inline double errorDb(const int16_t* in, size_t count, double hz, uint32_t rate, double full) {
  double cc = 0, cs = 0, ss = 0, xc = 0, xs = 0, xx = 0, c = 1, s = 0;
  const double turn = 2 * M_PI * hz / rate, cosTurn = std::cos(turn), sinTurn = std::sin(turn);
  for (size_t i = 0; i < count; i++) {
    const double x = in[i];
    cc += c * c, cs += c * s, ss += s * s, xc += x * c, xs += x * s, xx += x * x;
    const double next = c * cosTurn - s * sinTurn;
    s = s * cosTurn + c * sinTurn, c = next;
  }
  const double det = cc * ss - cs * cs, a = (xc * ss - xs * cs) / det, b = (xs * cc - xc * cs) / det;
  return 10 * std::log10(std::max(1e-9, xx - a * xc - b * xs) / (static_cast<double>(count) / 2 * full * full));
}

inline double db(double ratio) { return 20 * std::log10(ratio); }

}  // namespace signal_test
