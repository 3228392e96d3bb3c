// The decision filter and the interpolation.
#include "dsp/slip.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dsp/interpolation.h"
#include "dsp/mix.h"

namespace offhook {

namespace {
constexpr double kSmoothing = 1.0 / 64;  // of the mean, per tick: 0.6 s
}

int Slip::decide(double stored) {
  if (!settled_) {
    mean_ = stored;
    settled_ = true;
    correcting_ = false;
  }
  mean_ += (stored - mean_) * kSmoothing;
  const double error = mean_ - target_;
  // Begins beyond the tolerance, goes on to the middle: corrections come in short runs, not all the time.
  correcting_ = std::abs(error) > (correcting_ ? 0.5 : tolerance_);
  if (!correcting_) return 0;
  const int step = error > 0 ? 1 : -1;
  mean_ -= step;  // what this correction does is known now
  return step;
}

void stretch(const int16_t* in, size_t count, int16_t* out, size_t wanted) {
  if (count == wanted) {
    std::memcpy(out, in, count * sizeof *in);
    return;
  }
  const auto sample = [&](ptrdiff_t i) {
    return static_cast<float>(in[std::clamp<ptrdiff_t>(i, 0, static_cast<ptrdiff_t>(count) - 1)]);
  };
  const float step = static_cast<float>(count - 1) / static_cast<float>(wanted - 1);
  for (size_t i = 0; i < wanted; i++) {
    const float at = step * static_cast<float>(i);
    const auto whole = static_cast<ptrdiff_t>(at);
    const float around[] = {sample(whole - 1), sample(whole), sample(whole + 1), sample(whole + 2)};
    const float value = cubic(around + 1, at - static_cast<float>(whole));
    out[i] = saturate(static_cast<int32_t>(std::lround(value)));
  }
}

}  // namespace offhook
