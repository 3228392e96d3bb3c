// Excitation, synthesis, and a high-pass filter against hum (§4.8).
#include "decoder.h"

#include <algorithm>
#include <cmath>

#include "excitation.h"
#include "spectrum.h"
#include "tables.h"

namespace offhook::ilbc {

namespace {
constexpr std::array<float, 3> kHighZeros = {0.93980581f, -1.8795834f, 0.93980581f};
constexpr std::array<float, 2> kHighPoles = {-1.9330735f, 0.93589199f};
/** Far beyond any sound: numbers that make no speech have shaken the filters up. */
constexpr float kMost = 1e7f;
}  // namespace

Decoder::Decoder(const Mode& mode) : mode_(&mode), spectrum_(kMeanSpectrum) {}

void Decoder::decode(const Frame& frame, int16_t* out) {
  const Spectra spectra = spectraOf(*mode_, frame.spectrum);
  Polynomials synthesis;
  interpolate(*mode_, spectrum_, spectra, synthesis);
  spectrum_ = spectra[mode_->spectra - 1];

  std::array<float, kOrder + kMostSamples> sound;
  float* const excitation = &sound[kOrder];
  buildState(*mode_, frame, synthesis[size_t(frame.start) - 1], excitation + stateAt(*mode_, frame));
  buildRest(*mode_, frame, excitation, [](const Part&, const Codebook& codebook, const Vector& vector, float* made) { build(codebook, vector, made); });

  std::copy(said_.begin(), said_.end(), sound.begin());
  for (size_t i = 0; i < mode_->samples; i++) {
    const Polynomial& filter = synthesis[i / kSub];
    for (size_t k = 1; k <= kOrder; k++) excitation[i] -= filter[k] * sound[kOrder + i - k];
    if (!(std::abs(excitation[i]) < kMost)) excitation[i] = 0;
  }
  std::copy_n(excitation + mode_->samples - kOrder, kOrder, said_.begin());

  for (size_t i = 0; i < mode_->samples; i++) {
    const float high = kHighZeros[0] * excitation[i] + kHighZeros[1] * highIn_[0] + kHighZeros[2] * highIn_[1] - kHighPoles[0] * highOut_[0] - kHighPoles[1] * highOut_[1];
    highIn_ = {excitation[i], highIn_[0]};
    highOut_ = {high, highOut_[0]};
    out[i] = int16_t(std::lrint(std::clamp(high, -32768.0f, 32767.0f)));
  }
}

}  // namespace offhook::ilbc
