// The loop: a natural frequency of 0.15 rad/s, critically damped.
#include "dsp/clock_follower.h"

#include <algorithm>

namespace offhook {

namespace {
constexpr int kWindow = 50;            // ticks
constexpr double kWindowSeconds = kWindow * 0.01;
constexpr double kProportional = 0.3;  // 1/s: 1 ms more in store is taken out 0.03 % faster
constexpr double kIntegral = kProportional * kProportional / 4;
constexpr double kMost = 0.01;
constexpr double kChange = 50e-6;      // per tick
}  // namespace

void ClockFollower::reset() {
  count_ = 0;
  learned_ = aimed_ = faster_ = 0;
}

void ClockFollower::aim(double target) {
  if (target == target_) return;
  target_ = target;
  jumped();
}

void ClockFollower::note(double stored) {
  faster_ += std::clamp(aimed_ - faster_, -kChange, kChange);
  if (count_ == 0) seen_ = stored;
  else switch (level_) {
    case Level::Least: seen_ = std::min(seen_, stored); break;
    case Level::Mean: seen_ += (stored - seen_) / (count_ + 1); break;
    case Level::Most: seen_ = std::max(seen_, stored); break;
  }
  if (++count_ < kWindow) return;
  count_ = 0;
  correct(seen_);
}

void ClockFollower::correct(double stored) {
  const double off = stored - target_, error = (off - std::clamp(off, -calm_, calm_)) / rate_;
  learned_ = std::clamp(learned_ + kIntegral * error * kWindowSeconds, -kMost, kMost);
  aimed_ = std::clamp(learned_ + kProportional * error, -kMost, kMost);
}

}  // namespace offhook
