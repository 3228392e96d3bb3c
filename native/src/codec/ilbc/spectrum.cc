// Frequencies are quantised in groups of 3, 3 and 4; two that lie too near each other would make a filter ring for ever.
#include "spectrum.h"

#include <algorithm>
#include <cmath>

#include "tables.h"

namespace offhook::ilbc {

namespace {
struct Group {
  size_t first, count, size;
  const int16_t* table;
};
const std::array<Group, 3> kGroups = {{{0, 3, 64, kSpectrum1.data()}, {3, 3, 128, kSpectrum2.data()}, {6, 4, 128, kSpectrum3.data()}}};
constexpr float kUnit = 8192;

/** §3.2.5: 50 Hz apart at least; 0.01–3.14. */
void makeStable(Spectrum& spectrum) {
  constexpr float kApart = 0.039f, kLeast = 0.01f, kMost = 3.14f;
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i + 1 < kOrder; i++) {
      float &low = spectrum[i], &high = spectrum[i + 1];
      if (high - low < kApart) {
        if (high < low) {
          high = low + kApart / 2;
          low = high - kApart / 2;
        } else {
          low -= kApart / 2;
          high += kApart / 2;
        }
      }
      low = std::clamp(low, kLeast, kMost);
    }
  }
}

/** The predictor whose line spectral frequencies these are. */
Polynomial predictorOf(const Spectrum& spectrum) {
  // Two palindromes of half the frequencies each: products of 1 − 2 cos(w) z⁻¹ + z⁻².
  std::array<std::array<double, kOrder + 2>, 2> products{};
  for (size_t half = 0; half < 2; half++) {
    auto& product = products[half];
    product[0] = 1;
    product[1] = half == 0 ? 1 : -1;
    size_t degree = 1;
    for (size_t i = half; i < kOrder; i += 2) {
      const double middle = -2 * std::cos(double(spectrum[i]));
      degree += 2;
      for (size_t k = degree; k > 0; k--) product[k] += middle * product[k - 1] + (k > 1 ? product[k - 2] : 0);
    }
  }
  Polynomial out;
  for (size_t i = 0; i <= kOrder; i++) out[i] = float((products[0][i] + products[1][i]) / 2);
  return out;
}
}  // namespace

Spectra spectraOf(const Mode& mode, const std::array<int, 6>& indices) {
  Spectra out{};
  for (size_t n = 0; n < mode.spectra; n++) {
    for (size_t g = 0; g < 3; g++) {
      const Group& group = kGroups[g];
      for (size_t i = 0; i < group.count; i++) out[n][group.first + i] = float(group.table[size_t(indices[3 * n + g]) * group.count + i]) / kUnit;
    }
    makeStable(out[n]);
  }
  return out;
}

void quantise(const Mode& mode, const Spectra& wanted, std::array<int, 6>& indices) {
  for (size_t n = 0; n < mode.spectra; n++) {
    for (size_t g = 0; g < 3; g++) {
      const Group& group = kGroups[g];
      float least = INFINITY;
      for (size_t k = 0; k < group.size; k++) {
        float off = 0;
        for (size_t i = 0; i < group.count; i++) {
          const float apart = wanted[n][group.first + i] - float(group.table[k * group.count + i]) / kUnit;
          off += apart * apart;
        }
        if (off >= least) continue;
        least = off;
        indices[3 * n + g] = int(k);
      }
    }
  }
}

void interpolate(const Mode& mode, const Spectrum& old, const Spectra& spectra, Polynomials& out) {
  constexpr std::array<float, 4> k20 = {0.75f, 0.5f, 0.25f, 0};
  constexpr std::array<float, 6> k30 = {0.5f, 1, 2 / 3.0f, 1 / 3.0f, 0, 0};
  for (size_t i = 0; i < mode.subs; i++) {
    const bool later = mode.spectra == 2 && i > 0;
    const Spectrum &from = later ? spectra[0] : old, &to = later ? spectra[1] : spectra[0];
    const float share = mode.spectra == 2 ? k30[i] : k20[i];
    Spectrum between;
    for (size_t k = 0; k < kOrder; k++) between[k] = share * from[k] + (1 - share) * to[k];
    out[i] = predictorOf(between);
  }
}

Polynomial widened(const Polynomial& polynomial, float by) {
  Polynomial out = polynomial;
  float factor = 1;
  for (float& each : out) {
    each *= factor;
    factor *= by;
  }
  return out;
}

}  // namespace offhook::ilbc
