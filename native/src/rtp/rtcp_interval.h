// When the next RTCP packet is due (RFC 3550 §6.2, §6.3, A.7), for a session of two.
#pragma once

#include <cstdint>
#include <functional>

namespace offhook {

/** A number in [0, 1). */
using Random = std::function<double()>;

class RtcpInterval {
 public:
  explicit RtcpInterval(Random random) : random_(std::move(random)) {}

  /** Begins: the first packet is due after half an interval at the earliest. */
  void start(int64_t nowNs);
  /** Also reconsiders (§6.3.6): due only if the interval drawn anew has passed too. */
  bool isDue(int64_t nowNs, bool peerKnown);
  /** A packet of `size` bytes (UDP and IP not included) went out: now is the time the next interval counts from. */
  void sent(int64_t nowNs, size_t size);
  void received(size_t size) { average_ += (double(size + kOverhead) - average_) / 16; }

 private:
  /** The deterministic interval is 5 s (§6.2), as two members never fill 5 % of an audio session. */
  double draw(bool peerKnown);
  static constexpr size_t kOverhead = 28;

  Random random_;
  double average_ = 100 + kOverhead;
  int64_t lastNs_ = 0, nextNs_ = 0;
  bool initial_ = true;
};

}  // namespace offhook
