// What a sound device hears, in blocks of 10 ms. Tick thread, but for the constructor.
//
// While the device drives the ticks, nothing lies between what it captured and the block. Otherwise a small store takes up
// the unsteadiness of both, and the block is made a little faster or slower than it was captured.
#pragma once

#include <vector>

#include "audio/device_counters.h"
#include "audio/pcm.h"
#include "dsp/clock_follower.h"
#include "dsp/varispeed.h"

namespace offhook {

class CaptureSide {
 public:
  CaptureSide(Pcm& pcm, uint32_t rate, DeviceCounters& counters);

  /** It captures in periods that make whole blocks, and by a clock. */
  bool canPace() const { return canPace_; }
  /** Reads all that waits and fits; negative errno when the device broke. */
  int readAll();
  bool hasBlock() const { return stored() >= block_; }
  /** A block came, and drives a tick: a device without a clock shows by its haste. */
  void watchPace(int64_t nowNs);
  /** After readAll(). `driven`: this device drives the tick. */
  void give(int16_t* out, bool driven);
  void reset();

 private:
  size_t stored() const { return end_ - begin_; }
  void giveDriven(int16_t* out);
  /** A block was not there, or one too many was. */
  void xrun() { counters_.xruns.fetch_add(1, std::memory_order_relaxed); }

  Pcm& pcm_;
  DeviceCounters& counters_;
  const size_t block_;
  std::vector<int16_t> store_;  // read but not given yet: [begin_, end_)
  size_t begin_ = 0, end_ = 0;
  ClockFollower follower_;
  Varispeed speed_;
  bool canPace_, primed_ = false, unpaced_ = false;
  int fullTicks_ = 0, windowBlocks_ = 0;
  int64_t windowNs_ = 0;
};

}  // namespace offhook
