// Losses in bursts and losses alone (RFC 3611 §4.7.2): a burst begins and ends with a loss, and no 16 packets in a row arrive in it.
#pragma once

#include <cstdint>

namespace offhook {

class LossRuns {
 public:
  /** Gmin: so many that arrive in a row end a burst. */
  static constexpr uint32_t kLeast = 16;

  /** The next packet by its number, once it is certain whether it came. */
  void add(bool came);

  struct Summary {
    /** Share of losses within bursts and outside, 0–1. */
    double burstDensity = 0, gapDensity = 0;
    /** Mean length in packets; 0 without any burst, or before anything came. */
    double burstPackets = 0, gapPackets = 0;
  };
  Summary summary() const;

 private:
  struct Totals {
    uint64_t bursts = 0, burstLost = 0, burstPackets = 0, gapLost = 0, gapPackets = 0;
  };
  /** With the run that may go on counted as it is. */
  Totals closed() const;

  Totals totals_;
  /** Losses less than kLeast apart, so far, and all packets from the first of them to the last. */
  uint64_t runLost_ = 0, runPackets_ = 0;
  /** Arrived since the last loss. */
  uint64_t since_ = 0;
};

}  // namespace offhook
