// Changes the sample rate by any ratio of whole numbers: a polyphase FIR low pass (Kaiser window), 16-bit coefficients.
//
// 32 taps per phase at the lower of the two rates: pass band flat to 0.85 of its half (3.4 kHz at 8 kHz), images 60 dB
// down from 1.15 of it, delay 16 samples of the lower rate (2 ms at 8 kHz). A library's resampler was not taken: this
// one works on 16-bit samples without conversion, needs no state beyond its history, and is about a hundred lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offhook {

class Resampler {
 public:
  /** Rates in Hz, 4000–192000, different. Allocates its tables: not for real-time threads. */
  Resampler(uint32_t from, uint32_t to);

  /** The most samples process() makes of `count`. */
  size_t most(size_t count) const { return (count * up_) / down_ + 1; }
  /**
   * Takes `count` samples and writes what they make; returns how many. Blocks of 10 ms give exactly 10 ms whenever both
   * rates are multiples of 100 Hz. Does not allocate while `count` is at most 10 ms.
   */
  size_t process(const int16_t* in, size_t count, int16_t* out);
  /** Forgets what it has heard. */
  void reset();
  /** Samples of the output rate by which the filter delays. */
  double delay() const { return static_cast<double>(taps_) / 2 * up_ / down_; }

 private:
  uint32_t up_, down_;
  size_t taps_;                   // per phase, a multiple of 16
  std::vector<int16_t> phases_;   // up_ × taps_, each row in the order of the history
  std::vector<int16_t> history_;  // taps_ − 1 old samples, then the new ones
  uint32_t phase_ = 0;            // of the next output
  size_t skip_ = 0;               // new samples to pass over before it
};

}  // namespace offhook
