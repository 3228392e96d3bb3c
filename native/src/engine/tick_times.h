// When each tick was due. A thread that was held up begins ticks late and one right behind the other; what they play still is
// 10 ms apart, and whoever tells early from late by the clock has to know these times, not those of the thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "rt/clock.h"

namespace offhook {

class TickTimes {
 public:
  /** Ticks held up longer than so many of them take are given up. */
  static constexpr int64_t kMostHeldUpNs = 4 * kTickNs;

  /** The next tick is due at `atNs`, a device's first block whenever it comes: nothing follows from those before. */
  void aim(int64_t atNs) {
    nextNs_ = atNs;
    dueNs_ = 0;
  }
  void move(int64_t byNs) { nextNs_ += byNs; }
  int64_t nextNs() const { return nextNs_; }
  /** Of the tick that has begun. */
  int64_t dueNs() const { return dueNs_; }

  /** The next tick begins by the clock, at `nowNs` or held up until then. Returns how many are given up before it. */
  int64_t byClock(int64_t nowNs) {
    const int64_t lateNs = nowNs - nextNs_, skipped = lateNs > kMostHeldUpNs ? lateNs / kTickNs : 0;
    dueNs_ = nextNs_ + skipped * kTickNs;
    nextNs_ = dueNs_ + kTickNs;
    return skipped;
  }

  /** The next tick begins as a device's block is seen, at `nowNs`: in time if it is sooner after the one before than ever, else held up. */
  void byDevice(int64_t nowNs) {
    dueNs_ = std::min(nowNs, dueNs_ + kTickNs + kDriftNs);
    if (nowNs - dueNs_ > kMostHeldUpNs) dueNs_ = nowNs;
    nextNs_ = nowNs + kTickNs;
  }

 private:
  /** A device's block may take so much longer; also how fast it is believed that its blocks come later for good. */
  static constexpr int64_t kDriftNs = 100'000;

  int64_t nextNs_ = 0, dueNs_ = 0;
};

}  // namespace offhook
