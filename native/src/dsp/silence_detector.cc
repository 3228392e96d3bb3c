// By energy alone, with bounds: what is loud is speech however long it lasts, what is hardly there is none.
#include "silence_detector.h"

#include <algorithm>
#include <cmath>

namespace offhook {

namespace {
constexpr float kAbove = 8, kRise = 0.02f;
/** dB below full scale: from 8 dB above the one everything is speech, up to 8 dB above the other nothing is. */
constexpr float kLoudestNoise = -40, kQuietest = -58;
constexpr int kHangover = 20;  // Blocks of 10 ms.
}  // namespace

bool SilenceDetector::isSilent(const int16_t* in, size_t samples) {
  float power = 0;
  for (size_t i = 0; i < samples; i++) power += float(in[i]) * float(in[i]);
  const float level = 10 * std::log10(power / float(samples) / (32768.0f * 32768.0f) + 1e-12f);
  floor_ = std::clamp(std::min(level, floor_ + kRise), kQuietest, kLoudestNoise);
  quietFor_ = level > floor_ + kAbove ? 0 : std::min(quietFor_ + 1, kHangover + 1);
  return quietFor_ > kHangover;
}

}  // namespace offhook
