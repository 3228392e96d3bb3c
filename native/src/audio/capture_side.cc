// The store, and what is done when it holds too much or too little.
#include "audio/capture_side.h"

#include <algorithm>
#include <cstring>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr size_t kMostBlocks = 4;  // more than this much beyond the target is given up at once
constexpr int64_t kWindowNs = 150 * kMillisecondNs;
}  // namespace

CaptureSide::CaptureSide(Pcm& pcm, uint32_t rate, DeviceCounters& counters)
    : pcm_(pcm),
      counters_(counters),
      block_(rate / 100),
      store_(steadyTarget(pcm, block_) + kMostBlocks * block_),
      follower_(ClockFollower::Level::Least, rate, static_cast<double>(steadyTarget(pcm, block_)), static_cast<double>(block_) / 4),
      speed_(block_ + block_ / 50 + 2),
      canPace_(pcm.period() <= block_ && block_ % pcm.period() == 0) {}

void CaptureSide::reset() {
  begin_ = end_ = 0;
  primed_ = false;
  fullTicks_ = windowBlocks_ = 0;
  follower_.reset();
}

int CaptureSide::readAll() {
  std::memmove(store_.data(), store_.data() + begin_, stored() * sizeof(int16_t));
  end_ -= begin_;
  begin_ = 0;
  // A device without a clock would fill any store: take what this tick needs.
  const size_t most = unpaced_ ? std::max(block_, end_) : store_.size();
  while (end_ < most) {
    const int got = pcm_.read(store_.data() + end_, most - end_);
    if (got == 0) return 0;
    if (got < 0) {
      xrun();
      return std::min(0, pcm_.recover(got, 0));
    }
    end_ += static_cast<size_t>(got);
  }
  return 0;
}

void CaptureSide::watchPace(int64_t nowNs) {
  if (windowBlocks_++ == 0) windowNs_ = nowNs;
  if (windowBlocks_ <= kClockWindow) return;
  if (nowNs - windowNs_ < kWindowNs) {
    unpaced_ = true;
    canPace_ = false;
  }
  windowBlocks_ = 0;
}

void CaptureSide::giveDriven(int16_t* out) {
  primed_ = false;
  if (stored() > kMostBlocks * block_) {
    // The tick was held up for long: be late no longer.
    xrun();
    begin_ = end_ - block_;
  }
  if (!hasBlock()) {
    // The others could not wait. What there is of the block stays with the rest of it.
    std::fill_n(out, block_, int16_t{0});
    return;
  }
  std::memcpy(out, store_.data() + begin_, block_ * sizeof *out);
  begin_ += block_;
}

void CaptureSide::give(int16_t* out, bool driven) {
  if (driven) return giveDriven(out);
  fullTicks_ = stored() == store_.size() ? fullTicks_ + 1 : 0;
  if (fullTicks_ == kClockWindow) unpaced_ = true;
  if (!primed_) {
    if (!unpaced_ && static_cast<double>(stored()) < follower_.target()) {
      std::fill_n(out, block_, int16_t{0});
      return;
    }
    primed_ = true;
    follower_.jumped();
    speed_.reset();
  }
  if (!unpaced_) follower_.note(static_cast<double>(stored()));
  const double faster = unpaced_ ? 0 : follower_.faster();
  const size_t wanted = speed_.wants(block_, faster);
  if (stored() < wanted) {
    // Run dry: the device stood still. It is begun anew, with a whole store.
    if (!unpaced_) xrun();
    primed_ = false;
    std::fill_n(out, block_, int16_t{0});
    return;
  }
  speed_.put(store_.data() + begin_, wanted);
  begin_ += wanted;
  speed_.get(out, block_, faster);
  counters_.noteSlip(wanted, block_);
}

}  // namespace offhook
