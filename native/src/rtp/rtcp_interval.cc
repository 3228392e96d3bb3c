// RFC 3550 A.7 with timer reconsideration.
#include "rtcp_interval.h"

#include <algorithm>

namespace offhook {

namespace {
constexpr double kMinimumSeconds = 5;
/** 5 % of a narrow-band audio session, bytes per second. */
constexpr double kBandwidth = 500;
/** e − 3/2: reconsideration makes packets rarer than meant. */
constexpr double kCompensation = 2.71828182845904523536 - 1.5;
}  // namespace

double RtcpInterval::draw(bool peerKnown) {
  const double minimum = initial_ ? kMinimumSeconds / 2 : kMinimumSeconds;
  const double deterministic = std::max(minimum, average_ * (peerKnown ? 2 : 1) / kBandwidth);
  return deterministic * (random_() + 0.5) / kCompensation;
}

void RtcpInterval::start(int64_t nowNs) {
  lastNs_ = nowNs;
  nextNs_ = nowNs + int64_t(draw(false) * 1e9);
}

bool RtcpInterval::isDue(int64_t nowNs, bool peerKnown) {
  if (nowNs < nextNs_) return false;
  nextNs_ = lastNs_ + int64_t(draw(peerKnown) * 1e9);
  return nowNs >= nextNs_;
}

void RtcpInterval::sent(int64_t nowNs, size_t size) {
  average_ += (double(size + kOverhead) - average_) / 16;
  initial_ = false;
  lastNs_ = nowNs;
  nextNs_ = nowNs + int64_t(draw(true) * 1e9);
}

}  // namespace offhook
