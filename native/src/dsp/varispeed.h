// Plays a signal a little faster or slower, by a ratio that may change at any time: a windowed sinc of 16 taps, its phases
// interpolated. At the ratio 1 it hands on what it gets, to the bit, 8 samples later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offhook {

class Varispeed {
 public:
  /** `most`: samples put in at once. Allocates, and makes its table the first time. */
  explicit Varispeed(size_t most);

  void reset();
  void put(const int16_t* in, size_t count);
  /** Samples still to be put in before `count` can be got; `faster`: the ratio less 1. */
  size_t wants(size_t count, double faster) const;
  /** Up to `count` samples, as many as what was put in makes. */
  size_t get(int16_t* out, size_t count, double faster);

 private:
  static constexpr size_t kTaps = 16, kBefore = kTaps / 2 - 1, kAfter = kTaps / 2;
  static constexpr unsigned kPhaseBits = 7;
  static const float* table();

  const float* const rows_;  // 2^kPhaseBits + 1 of kTaps
  std::vector<int16_t> held_;
  size_t count_ = 0;
  uint64_t at_ = 0;  // of the next output in held_, in 2⁻³² samples
};

}  // namespace offhook
