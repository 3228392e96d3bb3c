// White noise through the all-pole filter of reflection coefficients (RFC 3389 §3), the level in −dBov.
#include "comfort_noise.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace offhook {

namespace {
constexpr size_t kOrder = 10;
constexpr int kSilent = 127;
/** 0 dBov: the power of a square wave at full scale. */
constexpr float kOverload = 32768.0f * 32768.0f;
/** How much of the way to a new sound is gone in 10 ms: a change of the noise is not to be noticed. */
constexpr float kApproach = 0.25f;
/** §3.2: coefficients in steps of 1/127, 127 is 0. */
constexpr float kSteps = 127;

using Coefficients = std::array<float, kOrder>;

class ComfortNoise final : public AudioCodec {
 public:
  explicit ComfortNoise(uint32_t rate) : rate_(rate) {}
  const char* name() const override { return "CN"; }
  uint32_t rate() const override { return rate_; }
  uint32_t clockRate() const override { return rate_; }
  bool isNoise() const override { return true; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    if (samples == 0 || room < 1 + kOrder) return 0;
    std::array<double, kOrder + 1> correlation{};
    for (size_t lag = 0; lag <= std::min(kOrder, samples - 1); lag++) {
      for (size_t i = lag; i < samples; i++) correlation[lag] += double(in[i]) * in[i - lag];
    }
    const double power = correlation[0] / double(samples) / double(kOverload);
    out[0] = uint8_t(std::clamp<long>(power > 0 ? std::lround(-10 * std::log10(power)) : kSilent, 0, kSilent));
    if (out[0] == kSilent) return 1;
    // Levinson and Durbin's recursion; a little white noise keeps it well behaved.
    std::array<double, kOrder + 1> a{1};
    double left = correlation[0] * 1.001;
    for (size_t n = 1; n <= kOrder; n++) {
      double sum = 0;
      for (size_t i = 0; i < n; i++) sum += a[i] * correlation[n - i];
      const double reflection = std::clamp(-sum / left, -0.99, 0.99);
      const auto before = a;
      for (size_t i = 1; i <= n; i++) a[i] += reflection * before[n - i];
      left *= 1 - reflection * reflection;
      out[n] = uint8_t(std::lround(reflection * double(kSteps)) + 127);
    }
    return 1 + kOrder;
  }

  size_t samplesIn(const uint8_t*, size_t size) const override { return size > 0 ? rate_ / 100 : 0; }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    if (size == 0) return 0;
    const int level = payload[0] & 0x7f;
    wantedPower_ = level == kSilent ? 0 : kOverload * std::pow(10.0f, -float(level) / 10);
    // Those beyond our order shape least; 255 is reserved.
    for (size_t i = 0; i < kOrder; i++) wanted_[i] = i + 1 < size && payload[i + 1] != 255 ? (float(payload[i + 1]) - 127) / (kSteps + 1) : 0;
    if (!heard_) {
      power_ = wantedPower_;
      reflections_ = wanted_;
      heard_ = true;
    }
    return conceal(out, std::min<size_t>(rate_ / 100, room));
  }

  bool conceals() const override { return true; }
  size_t conceal(int16_t* out, size_t samples) override {
    power_ += kApproach * (wantedPower_ - power_);
    float left = 1;
    for (size_t i = 0; i < kOrder; i++) {
      reflections_[i] += kApproach * (wanted_[i] - reflections_[i]);
      left *= 1 - reflections_[i] * reflections_[i];
    }
    Coefficients filter{};
    for (size_t n = 0; n < kOrder; n++) {
      const Coefficients before = filter;
      filter[n] = reflections_[n];
      for (size_t i = 0; i < n; i++) filter[i] += reflections_[n] * before[n - 1 - i];
    }
    // Even chance in ±1 has a third of the power.
    const float gain = std::sqrt(3 * power_ * left);
    for (size_t n = 0; n < samples; n++) {
      random_ = random_ * 1664525 + 1013904223;
      float sum = gain * float(int32_t(random_)) / 2147483648.0f;
      for (size_t i = 0; i < kOrder; i++) sum -= filter[i] * past_[i];
      std::move_backward(past_.begin(), past_.end() - 1, past_.end());
      past_[0] = std::clamp(sum, -32768.0f, 32767.0f);
      out[n] = int16_t(std::lrint(past_[0]));
    }
    return samples;
  }

  void reset() override {
    heard_ = false;
    past_ = {};
  }

 private:
  const uint32_t rate_;
  bool heard_ = false;
  float power_ = 0, wantedPower_ = 0;
  Coefficients reflections_{}, wanted_{}, past_{};
  uint32_t random_ = 1;
};
}  // namespace

std::unique_ptr<AudioCodec> makeComfortNoise(uint32_t clockRate) { return std::make_unique<ComfortNoise>(clockRate); }

}  // namespace offhook
