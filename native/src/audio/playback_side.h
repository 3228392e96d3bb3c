// What a sound device says, in blocks of 10 ms. Tick thread, but for the constructor.
//
// The device holds what is to be heard next; blocks are made a little longer or shorter so that it always holds as much. Only
// a device that ran dry, because the tick was held up, is filled anew, and then as much is left out as was heard as silence.
#pragma once

#include <vector>

#include "audio/device_counters.h"
#include "audio/pcm.h"
#include "dsp/clock_follower.h"
#include "dsp/varispeed.h"

namespace offhook {

class PlaybackSide {
 public:
  PlaybackSide(Pcm& pcm, uint32_t rate, DeviceCounters& counters);

  /** Started with the device that drives the ticks, by the same clock: as long as it never ran dry, a block less needs to wait in it. */
  void setSteady(bool steady);
  /** Started when its first block is there, so that the prefill is not eaten before; negative errno on failure. */
  int start() { return pcm_.start(prefill()); }
  /** Negative errno when the device broke. */
  int take(const int16_t* in, int64_t nowNs);
  void reset();

 private:
  void aim();
  /** What it holds when a block comes. */
  size_t prefill() const { return static_cast<size_t>(follower_.target()) - block_; }
  int write(size_t count);
  int revive(int error, size_t count);
  /** It comes right after one that found the device dry, so it was held up with it. */
  bool isBacklog(int64_t nowNs);
  void xrun() { counters_.xruns.fetch_add(1, std::memory_order_relaxed); }

  Pcm& pcm_;
  DeviceCounters& counters_;
  const size_t block_;
  ClockFollower follower_;
  Varispeed speed_;
  std::vector<int16_t> made_;
  bool unpaced_ = false, steady_ = false, ranDry_ = false;
  int emptyTicks_ = 0;
  bool revived_ = false;  // of late: what is still held up from before is left out
  int64_t takenNs_ = 0;
};

}  // namespace offhook
