// Takes up the drift between two clocks: a block is stretched or shortened by one sample, by cubic interpolation, when
// the store between the clocks has been fuller or emptier than wanted for a while.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

class Slip {
 public:
  /** `target` and `tolerance`: samples in store, before a block is taken out. */
  Slip(double target, double tolerance) : target_(target), tolerance_(tolerance) {}

  /** Once per tick with the present store: −1, 0 or +1 samples to take more (+1) or fewer (−1) than a block. */
  int decide(double stored);
  void reset() { settled_ = false; }
  /** Another target from now on. */
  void aim(double target) {
    target_ = target;
    reset();
  }
  double target() const { return target_; }

 private:
  double target_, tolerance_;
  double mean_ = 0;
  bool settled_ = false, correcting_ = false;
};

/** Resamples `count` samples into `wanted`, both ends kept in place; `count` ≥ 2, `wanted` ≥ 2. */
void stretch(const int16_t* in, size_t count, int16_t* out, size_t wanted);

}  // namespace offhook
