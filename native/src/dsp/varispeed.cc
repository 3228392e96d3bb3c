// The table and the loop. Positions are whole numbers of 2⁻³² samples, so that what is asked for is what is used.
#include "dsp/varispeed.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dsp/kaiser.h"
#include "dsp/mix.h"

namespace offhook {

namespace {
constexpr double kBeta = 5;  // Kaiser: 50 dB
constexpr double kOne = 4294967296.0;

uint64_t stepOf(double faster) { return static_cast<uint64_t>(std::llround((1 + faster) * kOne)); }
}  // namespace

const float* Varispeed::table() {
  static const std::vector<float> made = [] {
    constexpr size_t phases = size_t{1} << kPhaseBits;
    std::vector<float> rows((phases + 1) * kTaps);
    for (size_t phase = 0; phase <= phases; phase++) {
      double row[kTaps], sum = 0;
      for (size_t tap = 0; tap < kTaps; tap++) {
        // Distance, in samples, from the output instant to this one.
        const double t = static_cast<double>(tap) - static_cast<double>(kBefore) - static_cast<double>(phase) / phases;
        const double whole = std::round(t);
        row[tap] = t == whole ? (whole == 0 ? 1 : 0) : kaiser(t / kAfter, kBeta) * std::sin(M_PI * t) / (M_PI * t);
        sum += row[tap];
      }
      for (size_t tap = 0; tap < kTaps; tap++) rows[phase * kTaps + tap] = static_cast<float>(row[tap] / sum);
    }
    return rows;
  }();
  return made.data();
}

Varispeed::Varispeed(size_t most) : rows_(table()), held_(2 * kTaps + most) { reset(); }

void Varispeed::reset() {
  count_ = kTaps - 1;
  std::fill_n(held_.begin(), count_, int16_t{0});
  at_ = uint64_t{kBefore} << 32;
}

void Varispeed::put(const int16_t* in, size_t count) {
  count = std::min(count, held_.size() - count_);
  std::memcpy(held_.data() + count_, in, count * sizeof *in);
  count_ += count;
}

size_t Varispeed::wants(size_t count, double faster) const {
  if (count == 0) return 0;
  const size_t needed = static_cast<size_t>((at_ + (count - 1) * stepOf(faster)) >> 32) + kAfter + 1;
  return needed > count_ ? needed - count_ : 0;
}

size_t Varispeed::get(int16_t* out, size_t count, double faster) {
  const uint64_t step = stepOf(faster);
  size_t made = 0;
  for (size_t whole; made < count && (whole = static_cast<size_t>(at_ >> 32)) + kAfter < count_; made++, at_ += step) {
    const auto fraction = static_cast<uint32_t>(at_);
    if (fraction == 0) {
      out[made] = held_[whole];
      continue;
    }
    const float* const row = rows_ + (fraction >> (32 - kPhaseBits)) * kTaps;
    const float share = static_cast<float>(fraction << kPhaseBits) / static_cast<float>(kOne);
    const int16_t* const around = held_.data() + whole - kBefore;
    float sums[2] = {};
    for (size_t tap = 0; tap < kTaps; tap++) {
      sums[0] += row[tap] * around[tap];
      sums[1] += row[kTaps + tap] * around[tap];
    }
    out[made] = saturate(static_cast<int32_t>(std::lrint(sums[0] + share * (sums[1] - sums[0]))));
  }
  const size_t done = std::min(count_, static_cast<size_t>(at_ >> 32) - kBefore);
  std::memmove(held_.data(), held_.data() + done, (count_ - done) * sizeof held_[0]);
  count_ -= done;
  at_ -= static_cast<uint64_t>(done) << 32;
  return made;
}

}  // namespace offhook
