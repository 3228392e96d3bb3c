// The adaptive predictor of G.722's two bands: two poles, six zeros, all in 16-bit arithmetic (Recommendation §6.2.1.4, block 4).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace offhook {

inline int saturate16(int value) { return std::clamp(value, -32768, 32767); }

class AdpcmPredictor {
 public:
  /** What the next sample is expected to be. */
  int expected() const { return expected_; }

  /** The quantised `difference` between the sample and what was expected. */
  void learn(int difference) {
    const int rebuilt = saturate16(expected_ + difference), partial = saturate16(fromZeros_ + difference);
    adaptPoles(partial);
    adaptZeros(difference);
    std::move_backward(differences_.begin(), differences_.end() - 1, differences_.end());
    differences_[0] = difference;
    partials_ = {partial, partials_[0]};
    rebuilt_ = {rebuilt, rebuilt_[0]};

    const int fromPoles = saturate16((poles_[0] * saturate16(2 * rebuilt_[0]) >> 15) + (poles_[1] * saturate16(2 * rebuilt_[1]) >> 15));
    int sum = 0;
    for (size_t i = 0; i < zeros_.size(); i++) sum += zeros_[i] * saturate16(2 * differences_[i]) >> 15;
    fromZeros_ = saturate16(sum);
    expected_ = saturate16(fromPoles + fromZeros_);
  }

 private:
  static bool alike(int a, int b) { return (a < 0) == (b < 0); }

  void adaptPoles(int partial) {
    const int turn = saturate16(4 * poles_[0]);
    const int second = (std::min(alike(partial, partials_[0]) ? -turn : turn, 32767) >> 7) + (alike(partial, partials_[1]) ? 128 : -128) + (poles_[1] * 32512 >> 15);
    poles_[1] = std::clamp(second, -12288, 12288);
    const int first = saturate16((alike(partial, partials_[0]) ? 192 : -192) + (poles_[0] * 32640 >> 15));
    const int bound = 15360 - poles_[1];
    poles_[0] = std::clamp(first, -bound, bound);
  }

  void adaptZeros(int difference) {
    const int step = difference == 0 ? 0 : 128;
    for (size_t i = 0; i < zeros_.size(); i++)
      zeros_[i] = saturate16((alike(difference, differences_[i]) ? step : -step) + (zeros_[i] * 32640 >> 15));
  }

  int expected_ = 0, fromZeros_ = 0;
  std::array<int, 2> poles_{}, partials_{}, rebuilt_{};
  std::array<int, 6> zeros_{}, differences_{};
};

}  // namespace offhook
