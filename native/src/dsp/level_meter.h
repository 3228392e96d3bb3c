// The level of a signal of late: the mean power of about the last 100 ms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace offhook {

class LevelMeter {
 public:
  /** Every 10 ms. */
  void note(const int16_t* in, size_t count, int64_t nowNs) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += float(in[i]) * float(in[i]);
    const float power = sum / float(count);
    power_ = nowNs - lastNs_ > kStaleNs ? power : power_ + (power - power_) * kShare;
    lastNs_ = nowNs;
  }

  /** Below a sine of full scale; −96 at the least, and when nothing has been noted of late. */
  double db(int64_t nowNs) const {
    if (nowNs - lastNs_ > kStaleNs) return kSilentDb;
    return std::max(kSilentDb, 10 * std::log10(double(power_) / kFullScaleSine + 1e-12));
  }

 private:
  static constexpr float kShare = 0.1f;
  static constexpr int64_t kStaleNs = 100'000'000;
  static constexpr double kFullScaleSine = 32768.0 * 32768.0 / 2, kSilentDb = -96;
  float power_ = 0;
  int64_t lastNs_ = -kStaleNs - 1;
};

}  // namespace offhook
