// High-pass, spectrum, residual; then the state where there is most of it, and from there what is like it.
#include "encoder.h"

#include <algorithm>
#include <cmath>

#include "search.h"
#include "tables.h"

namespace offhook::ilbc {

namespace {
/** §3.1 */
constexpr std::array<float, 3> kHighZeros = {0.92727436f, -1.8544941f, 0.92727436f};
constexpr std::array<float, 2> kHighPoles = {-1.9059465f, 0.9114024f};
/** §3.4: how far formants are widened where errors are weighted. */
constexpr float kWeighting = 0.4222f;
constexpr float kLeastScale = 10;
}  // namespace

Encoder::Encoder(const Mode& mode) : mode_(&mode), analysis_(mode), heard_(kMeanSpectrum), coded_(kMeanSpectrum) {}

void Encoder::encode(const int16_t* in, Frame& frame) {
  std::array<float, kOrder + kMostSamples> sound;
  std::copy(before_.begin(), before_.end(), sound.begin());
  for (size_t i = 0; i < mode_->samples; i++) {
    const float now = in[i];
    const float high = kHighZeros[0] * now + kHighZeros[1] * highIn_[0] + kHighZeros[2] * highIn_[1] - kHighPoles[0] * highOut_[0] - kHighPoles[1] * highOut_[1];
    highIn_ = {now, highIn_[0]};
    highOut_ = {high, highOut_[0]};
    sound[kOrder + i] = high;
  }
  std::copy_n(&sound[mode_->samples], kOrder, before_.begin());

  const Spectra heard = analysis_.analyse(&sound[kOrder]);
  quantise(*mode_, heard, frame.spectrum);
  const Spectra coded = spectraOf(*mode_, frame.spectrum);
  interpolate(*mode_, heard_, heard, weights_);
  interpolate(*mode_, coded_, coded, synthesis_);
  heard_ = heard[mode_->spectra - 1];
  coded_ = coded[mode_->spectra - 1];
  for (size_t i = 0; i < mode_->subs; i++) weights_[i] = widened(weights_[i], kWeighting);

  std::array<float, kMostSamples> residual, excitation{};
  for (size_t i = 0; i < mode_->samples; i++) {
    residual[i] = 0;
    for (size_t k = 0; k <= kOrder; k++) residual[i] += synthesis_[i / kSub][k] * sound[kOrder + i - k];
  }
  chooseState(residual.data(), frame);
  codeState(residual.data(), frame);
  buildState(*mode_, frame, synthesis_[size_t(frame.start) - 1], &excitation[stateAt(*mode_, frame)]);

  size_t blocks = 0;
  buildRest(*mode_, frame, excitation.data(), [&](const Part& part, const Codebook& codebook, Vector& vector, float* made) {
    // Memory and target are weighted in one, so that what the memory rings into the target belongs to it.
    std::array<float, Codebook::kMemory + kSub> weighted;
    float* const target = std::copy_n(codebook.memory(), codebook.length(), weighted.begin());
    for (size_t i = 0; i < part.samples; i++) target[i] = residual[part.at + (part.backwards ? part.samples - 1 - i : i)];
    weigh(weights_[part.block], weighted.data(), codebook.length() + part.samples);
    const bool isFirst = part.samples == kSub && blocks++ == 0;
    vector = search(Codebook(weighted.data(), codebook.length(), part.samples), target, isFirst);
    build(codebook, vector, made);
  });
}

void Encoder::chooseState(const float* residual, Frame& frame) const {
  // §3.5.1: the two blocks next to each other with the most energy; those in the middle are liked better.
  constexpr std::array<float, kMostSubs - 1> kLiked20 = {0.9f, 1, 0.9f}, kLiked30 = {0.8f, 0.9f, 1, 0.9f, 0.8f};
  const auto energy = [&](size_t from, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += residual[from + i] * residual[from + i];
    return sum;
  };
  float most = -1;
  for (size_t start = 1; start < mode_->subs; start++) {
    const float here = energy((start - 1) * kSub, kState) * (mode_->subs == k20Ms.subs ? kLiked20 : kLiked30)[start - 1];
    if (here <= most) continue;
    most = here;
    frame.start = int(start);
  }
  const size_t from = size_t(frame.start - 1) * kSub;
  frame.stateFirst = energy(from, mode_->shortState) > energy(from + kState - mode_->shortState, mode_->shortState);
}

void Encoder::codeState(const float* residual, Frame& frame) const {
  // §3.5.2: through an all-pass filter, in a circle, which spreads what energy there is over all samples.
  const size_t count = mode_->shortState, at = stateAt(*mode_, frame), block = size_t(frame.start) - 1;
  const Polynomial& filter = synthesis_[block];
  std::array<float, 2 * kMostShortState> in{}, through{};
  std::copy_n(residual + at, count, in.begin());
  for (size_t n = 0; n < 2 * count; n++) {
    for (size_t k = 0; k <= std::min(n, kOrder); k++) through[n] += filter[kOrder - k] * in[n - k] - (k > 0 ? filter[k] * through[n - k] : 0);
  }
  float largest = kLeastScale;
  for (size_t i = 0; i < count; i++) {
    through[i] += through[count + i];
    largest = std::max(largest, std::abs(through[i]));
  }
  const float wanted = std::log10(largest);
  const auto closer = [&](float a, float b) { return std::abs(a - wanted) < std::abs(b - wanted); };
  frame.scale = int(std::min_element(kStateScales.begin(), kStateScales.end(), closer) - kStateScales.begin());
  const float scale = 4.5f / std::pow(10.0f, kStateScales[size_t(frame.scale)]);

  // §3.5.3: sample by sample, each as near as may be where errors are weighted, those before it rung in.
  const size_t change = frame.stateFirst ? kSub : count - kSub;
  std::array<float, kMostShortState> meant{}, said{};
  for (size_t n = 0; n < count; n++) {
    const Polynomial& weights = weights_[block + (n < change ? 0 : 1)];
    float ringing = 0;
    meant[n] = scale * through[n];
    for (size_t k = 1; k <= std::min(n, kOrder); k++) {
      meant[n] -= weights[k] * meant[n - k];
      ringing -= weights[k] * said[n - k];
    }
    size_t best = 0;
    for (size_t i = 1; i < kStateLevels.size(); i++) {
      if (std::abs(meant[n] - ringing - kStateLevels[i]) < std::abs(meant[n] - ringing - kStateLevels[best])) best = i;
    }
    frame.state[n] = int(best);
    said[n] = ringing + kStateLevels[best];
  }
}

}  // namespace offhook::ilbc
