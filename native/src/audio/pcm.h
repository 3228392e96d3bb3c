// One direction of a sound device as the sides of it see it: mono 16-bit samples, never waited for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace offhook {

class Pcm {
 public:
  virtual ~Pcm() = default;

  /** Samples: of one step of the hardware, and the most that fit. */
  virtual size_t period() const = 0;
  virtual size_t buffer() const = 0;
  /** Capture: starts. Playback: fills with `prefill` samples of silence, which starts it. Negative errno on failure. */
  virtual int start(size_t prefill) = 0;
  /** Reads up to `count` samples, none when none wait; negative errno on failure. */
  virtual int read(int16_t* out, size_t count) = 0;
  /** Writes up to `count` samples, returns how many there was room for; negative errno on failure. */
  virtual int write(const int16_t* in, size_t count) = 0;
  /** Samples that wait, as of the last read or write at least: to be read, or to be heard. Negative errno on failure. */
  virtual long waiting() = 0;
  /** Gets it running again after an xrun or a suspend; negative errno when it is broken for good. */
  virtual int recover(int error, size_t prefill) = 0;
};

/** Blocks, 200 ms: by then a device without a clock shows. */
constexpr int kClockWindow = 20;

/** Samples that wait between two blocks on a device whose clock is not that of the ticks: one more, or what its hardware moves at once. */
inline size_t steadyTarget(const Pcm& pcm, size_t block) { return block + std::max(block, pcm.period()); }

}  // namespace offhook
