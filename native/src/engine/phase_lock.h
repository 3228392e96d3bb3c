// Moves the clock-paced tick to just behind the packets it plays, so that a packet does not wait most of a tick for it.
//
// One peer, or several in step, give a clear phase; many peers with phases of their own give none, and then nothing is
// moved. A peer whose clock drifts is followed. Moves are 100 µs a packet at most: half a per cent of tempo, for 2 s.
//
// A peer that does the same with our packets is always as far away as before. So there is one tick to go to begin with, and then
// no more than clocks drift apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "rt/clock.h"

namespace offhook {

class PhaseLock {
 public:
  /** How long a packet shall have been there when the tick comes: what the jitter buffer asks of a quiet network, and a bit. */
  static constexpr int64_t kAheadNs = 1'600'000;

  /** Once per tick with its time and that of the latest packet: ns by which the next tick is to be moved, 0 mostly. */
  int64_t correct(int64_t tickNs, int64_t packetNs) {
    leftNs_ = std::min(leftNs_ + kDriftNs, kTickNs);
    if (packetNs == seenNs_) return 0;
    if (packetNs - seenNs_ > kGoneNs) leftNs_ = kTickNs;
    seenNs_ = packetNs;
    const double angle = 2 * M_PI * static_cast<double>((tickNs - packetNs) % kTickNs) / kTickNs;
    x_ += (std::cos(angle) - x_) / kMemory;
    y_ += (std::sin(angle) - y_) / kMemory;
    if (std::hypot(x_, y_) < kClear) return 0;
    // Late ticks are moved forward in time, whatever the way: going back would add the rest of a tick to the delay, and
    // the jitter buffer would keep it.
    double lateNs = std::atan2(y_, x_) / (2 * M_PI) * kTickNs - kAheadNs;
    if (lateNs < -kEarlyNs) lateNs += kTickNs;
    const auto move = static_cast<int64_t>(-lateNs / kMemory);
    const int64_t most = std::min(kMostNs, leftNs_), limited = std::clamp(move, -most, most);
    leftNs_ -= std::abs(limited);
    turn(2 * M_PI * static_cast<double>(limited) / kTickNs);
    return limited;
  }

 private:
  /** What the move does to the packets remembered is known. */
  void turn(double by) {
    const double x = x_ * std::cos(by) - y_ * std::sin(by);
    y_ = x_ * std::sin(by) + y_ * std::cos(by);
    x_ = x;
  }

  static constexpr double kMemory = 16;      // packets
  static constexpr double kClear = 0.8;      // of 1: all packets in the same phase
  static constexpr double kEarlyNs = 1'500'000;  // a tick early by less than this is put right backwards
  static constexpr int64_t kMostNs = 100'000;
  static constexpr int64_t kDriftNs = 3000;      // a tick: 300 ppm
  static constexpr int64_t kGoneNs = kSecondNs;  // after so long without packets it is another peer
  double x_ = 0, y_ = 0;  // mean direction
  int64_t seenNs_ = 0;
  int64_t leftNs_ = kTickNs;  // to go
};

}  // namespace offhook
