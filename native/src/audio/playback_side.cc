// Writing, and what is done when the device ran dry.
#include "audio/playback_side.h"

#include <algorithm>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int64_t kBacklogNs = 3 * kMillisecondNs;
}  // namespace

PlaybackSide::PlaybackSide(Pcm& pcm, uint32_t rate, DeviceCounters& counters)
    : pcm_(pcm),
      counters_(counters),
      block_(rate / 100),
      follower_(ClockFollower::Level::Most, rate, static_cast<double>(steadyTarget(pcm, block_) + block_), static_cast<double>(block_) / 4),
      speed_(block_),
      made_(block_ + block_ / 50 + 2) {}

void PlaybackSide::setSteady(bool steady) {
  steady_ = steady;
  aim();
}

void PlaybackSide::aim() {
  follower_.aim(static_cast<double>(steadyTarget(pcm_, block_) + (steady_ && !ranDry_ ? 0 : block_)));
}

void PlaybackSide::reset() {
  emptyTicks_ = 0;
  revived_ = ranDry_ = false;
  follower_.reset();
  speed_.reset();
}

bool PlaybackSide::isBacklog(int64_t nowNs) {
  revived_ = revived_ && nowNs - takenNs_ < kBacklogNs;
  takenNs_ = nowNs;
  return revived_;
}

int PlaybackSide::take(const int16_t* in, int64_t nowNs) {
  speed_.put(in, block_);
  const size_t count = speed_.get(made_.data(), made_.size(), unpaced_ ? 0 : follower_.faster());
  counters_.noteSlip(block_, count);
  if (isBacklog(nowNs)) return 0;
  const int error = write(count);
  if (error < 0) return error;
  const long waiting = pcm_.waiting();
  if (waiting < 0) return 0;  // the next block finds out
  // Nothing ever waits in a device without a clock.
  emptyTicks_ = waiting == 0 ? emptyTicks_ + 1 : 0;
  if (emptyTicks_ == kClockWindow) unpaced_ = true;
  if (!unpaced_) follower_.note(static_cast<double>(waiting));
  return 0;
}

int PlaybackSide::write(size_t count) {
  const int put = pcm_.write(made_.data(), count);
  if (put < 0) return revive(put, count);
  if (static_cast<size_t>(put) < count) xrun();  // it stands still, and is full
  return 0;
}

int PlaybackSide::revive(int error, size_t count) {
  xrun();
  // From now on it starts its steps at another moment than the ticks.
  ranDry_ = true;
  aim();
  const int revived = pcm_.recover(error, prefill());
  if (revived < 0) return revived;
  follower_.jumped();
  revived_ = true;
  const int put = pcm_.write(made_.data(), count);
  // A device that is still waking up takes none; the next block finds out.
  return put < 0 && put != error ? put : 0;
}

}  // namespace offhook
