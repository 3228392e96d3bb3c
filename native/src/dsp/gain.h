// A volume that never clicks: a new value is reached in a straight line over one block (10 ms).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "dsp/mix.h"

namespace offhook {

/** Linear factor of a gain in dB; nothing is silence. */
inline float gainFactor(std::optional<double> db) { return db ? static_cast<float>(std::pow(10.0, *db / 20)) : 0.0f; }

class Gain {
 public:
  /** Changes `samples` in place towards the factor `target`; unity costs nothing and changes nothing. */
  void apply(int16_t* samples, size_t count, float target) {
    if (current_ == 1.0f && target == 1.0f) return;
    const float step = (target - current_) / static_cast<float>(count);
    for (size_t i = 0; i < count; i++) {
      const float value = static_cast<float>(samples[i]) * (current_ + step * static_cast<float>(i + 1));
      samples[i] = saturate(static_cast<int32_t>(value + (value < 0 ? -0.5f : 0.5f)));
    }
    current_ = target;
  }

 private:
  float current_ = 1.0f;
};

}  // namespace offhook
