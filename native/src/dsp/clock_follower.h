// Follows a device whose clock differs from the engine's: from how full the store between them is, how much faster or
// slower it shall be emptied. Continuous and slow, so that nobody hears it; nothing is ever left out or said twice.
//
// A loop with a proportional and an integral part over windows of half a second. What counts in a window is the level of
// its promptest tick where lateness can only mislead one way: a thread that was late now and then moves nothing.
#pragma once

#include <cstdint>

namespace offhook {

class ClockFollower {
 public:
  /** What of a window's levels tells the truth: late ticks find more to be read, and less that is still to be heard. */
  enum class Level { Least, Mean, Most };

  /** `target`: samples in store, at `rate` Hz. What is off by less than `calm` is left alone: it is no drift. */
  ClockFollower(Level level, uint32_t rate, double target, double calm) : level_(level), rate_(rate), calm_(calm), target_(target) {}

  /** Once per tick with the present store. */
  void note(double stored);
  /** By which share more than the engine's clock says is to be taken out of the store; negative: less. At most 0.01. */
  double faster() const { return faster_; }
  /** The store has jumped for a reason that is no clock's; what was learned of the clocks stays. */
  void jumped() { count_ = 0; }
  void reset();
  /** Another target from now on. */
  void aim(double target);
  double target() const { return target_; }

 private:
  void correct(double stored);

  const Level level_;
  const double rate_, calm_;
  double target_;
  int count_ = 0;  // ticks in this window
  double seen_ = 0;
  double learned_ = 0, aimed_ = 0, faster_ = 0;
};

}  // namespace offhook
