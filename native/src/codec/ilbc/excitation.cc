// Codebook vectors by their index (RFC 3951 §3.6.3), gains (§3.6.4.2), and the state through its all-pass filter (§3.5.2).
#include "excitation.h"

#include <algorithm>
#include <cmath>

#include "tables.h"

namespace offhook::ilbc {

Codebook::Codebook(const float* memory, size_t length, size_t samples)
    : length_(length), samples_(samples), plain_(length - samples + 1), half_(plain_ + (samples == kSub ? kSub / 2 : 0)) {
  std::copy_n(memory, length, memory_.begin());
  constexpr size_t kTaps = 8, kBefore = 3;
  for (size_t i = 0; i < length; i++) {
    float sum = 0;
    for (size_t k = 0; k < kTaps; k++) {
      const size_t at = i + k;  // kBefore later than the sample it stands for.
      if (at >= kBefore && at - kBefore < length) sum += memory[at - kBefore] * kCodebookFilter[kTaps - 1 - k];
    }
    filtered_[i] = sum;
  }
}

void Codebook::vector(size_t index, float* out) const {
  const auto& memory = index < half_ ? memory_ : filtered_;
  const size_t at = index < half_ ? index : index - half_;
  if (at < plain_) {
    std::copy_n(memory.begin() + long(length_ - samples_ - at), samples_, out);
    return;
  }
  // A lag shorter than the vector: it comes twice, the seam overlapped over five samples.
  constexpr size_t kSeam = 5;
  const size_t lag = (2 * (at - plain_) + samples_) / 2, far = 2 * (at - plain_) + samples_;
  for (size_t i = 0; i < samples_; i++) {
    const float share = i < lag - kSeam ? 0 : i >= lag ? 1 : 0.2f * float(i - (lag - kSeam));
    const float near = i < lag ? memory[length_ - lag + i] : 0;
    out[i] = share == 0 ? near : (1 - share) * near + share * memory[length_ - far + i];
  }
}

std::array<float, kStages> gainsOf(const Vector& vector) {
  constexpr float kLeast = 0.1f;
  std::array<float, kStages> gains;
  gains[0] = kGains1[size_t(vector.gain[0])];
  gains[1] = kGains2[size_t(vector.gain[1])] * std::max(kLeast, std::abs(gains[0]));
  gains[2] = kGains3[size_t(vector.gain[2])] * std::max(kLeast, std::abs(gains[1]));
  return gains;
}

void build(const Codebook& codebook, const Vector& vector, float* out) {
  std::array<float, kSub> step;
  const auto gains = gainsOf(vector);
  std::fill_n(out, codebook.samples(), 0.0f);
  for (size_t k = 0; k < kStages; k++) {
    codebook.vector(size_t(vector.index[k]), step.data());
    for (size_t i = 0; i < codebook.samples(); i++) out[i] += gains[k] * step[i];
  }
}

void buildState(const Mode& mode, const Frame& frame, const Polynomial& synthesis, float* out) {
  const size_t count = mode.shortState;
  const float scale = std::pow(10.0f, kStateScales[size_t(frame.scale)]) / 4.5f;
  // The quantised samples backwards through the all-pass filter, and once more as long for it to ring off: a circle.
  std::array<float, 2 * kMostShortState> in{}, through{};
  for (size_t i = 0; i < count; i++) in[i] = scale * kStateLevels[size_t(frame.state[count - 1 - i])];
  for (size_t n = 0; n < 2 * count; n++) {
    float sum = 0;
    for (size_t k = 0; k <= std::min(n, kOrder); k++) sum += synthesis[kOrder - k] * in[n - k] - (k > 0 ? synthesis[k] * through[n - k] : 0);
    through[n] = sum;
  }
  for (size_t i = 0; i < count; i++) out[i] = through[count - 1 - i] + through[2 * count - 1 - i];
}

}  // namespace offhook::ilbc
