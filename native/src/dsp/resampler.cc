// Table making and the polyphase loop.
#include "dsp/resampler.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "dsp/kaiser.h"
#include "dsp/mix.h"

namespace offhook {

namespace {

constexpr size_t kTapsAtLowerRate = 32;
constexpr double kCutoff = 0.97;  // of half the lower rate, −6 dB
constexpr double kBeta = 6.5;     // Kaiser: 65 dB
constexpr int kFractionBits = 14;
constexpr size_t kGroup = 16;

/** Of whole groups, each as long as is known when compiled: the compiler makes multiply-add instructions of them. */
int32_t dot(const int16_t* __restrict a, const int16_t* __restrict b, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i += kGroup) {
    int32_t part = 0;
    for (size_t k = 0; k < kGroup; k++) part += a[i + k] * b[i + k];
    sum += part;
  }
  return sum;
}

}  // namespace

Resampler::Resampler(uint32_t from, uint32_t to) {
  const uint32_t common = std::gcd(from, to);
  up_ = to / common;
  down_ = from / common;
  const double widening = std::max(1.0, static_cast<double>(from) / to);
  taps_ = (static_cast<size_t>(std::ceil(kTapsAtLowerRate * widening)) + kGroup - 1) / kGroup * kGroup;
  phases_.resize(up_ * taps_);
  history_.assign(taps_ - 1 + from / 100 + 1, 0);

  const double half = static_cast<double>(taps_) / 2;
  const double cutoff = kCutoff / widening;
  std::vector<double> row(taps_);
  for (uint32_t phase = 0; phase < up_; phase++) {
    double sum = 0;
    for (size_t tap = 0; tap < taps_; tap++) {
      // Distance, in input samples, from the output instant to this sample of the history.
      const double t = static_cast<double>(tap) - (half - 1) - static_cast<double>(phase) / up_;
      const double x = t / half;
      const double angle = M_PI * t * cutoff;
      row[tap] = kaiser(x, kBeta) * cutoff * (angle == 0 ? 1 : std::sin(angle) / angle);
      sum += row[tap];
    }
    // Every phase has the same gain at 0 Hz: unequal ones would be heard as a tone.
    for (size_t tap = 0; tap < taps_; tap++)
      phases_[phase * taps_ + tap] = static_cast<int16_t>(std::lround(row[tap] / sum * (1 << kFractionBits)));
  }
}

void Resampler::reset() {
  std::fill(history_.begin(), history_.end(), int16_t{0});
  phase_ = 0;
  skip_ = 0;
}

size_t Resampler::process(const int16_t* in, size_t count, int16_t* out) {
  const size_t old = taps_ - 1;
  if (history_.size() < old + count) history_.resize(old + count);
  std::memcpy(history_.data() + old, in, count * sizeof *in);
  const uint32_t whole = down_ / up_, part = down_ % up_;
  size_t made = 0, at = skip_;
  while (at < count) {
    const int32_t sum = dot(history_.data() + at, phases_.data() + phase_ * taps_, taps_);
    out[made++] = saturate((sum + (1 << (kFractionBits - 1))) >> kFractionBits);
    at += whole;
    phase_ += part;
    if (phase_ < up_) continue;
    phase_ -= up_;
    at++;
  }
  skip_ = at - count;
  std::memmove(history_.data(), history_.data() + count, old * sizeof *in);
  return made;
}

}  // namespace offhook
