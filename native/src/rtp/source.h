// One RTP source as the receiver sees it: sequence validity (RFC 3550 A.1), losses (A.3), jitter (A.8).
#pragma once

#include <cstdint>

#include "loss_runs.h"
#include "packet.h"
#include "rtcp.h"

namespace offhook {

class Source {
 public:
  Source(uint32_t ssrc, uint16_t sequence) : ssrc_(ssrc) { restart(sequence); }

  uint32_t ssrc() const { return ssrc_; }

  enum class Verdict { Ok, Old, Duplicate, Suspicious, Restarted };
  /**
   * Ok: next, or after a loss. Old: late or reordered. Duplicate: this very number again. Suspicious: far off, not to be
   * used. Restarted: the second in a row far off, so the source has begun anew (its extended numbers too).
   */
  Verdict update(uint16_t sequence);
  /** The extended number of a packet just found Ok, Old or Restarted. */
  int64_t extended(uint16_t sequence) const { return extendSequence(highest_, sequence); }

  /** Interarrival jitter; `arrival` in RTP clock units. */
  void arrived(uint32_t timestamp, double arrival);
  double jitter() const { return jitter_; }
  /** The next packet counts in another clock: nothing follows from the timestamps before, nor from the jitter in their units. */
  void forgetTransit() {
    hasTransit_ = false;
    jitter_ = 0;
  }

  /** Two packets in a row have come: the source is real. */
  bool isValid() const { return inRow_ >= 2; }

  uint64_t received() const { return received_ + receivedBefore_; }
  int64_t lost() const { return lostBefore_ + expected() - int64_t(received_); }

  LossRuns::Summary lossRuns() const { return runs_.summary(); }

  void senderReport(uint64_t ntp, int64_t nowNs);
  /** The report about this source; counts the next fraction from here. */
  ReportBlock report(int64_t nowNs);

 private:
  void restart(uint16_t sequence);
  /** Whether the numbers that lie kSettled behind after a step of `ahead` have come. */
  void settle(int64_t ahead);
  int64_t expected() const { return highest_ - base_ + 1; }

  const uint32_t ssrc_;
  int64_t highest_ = 0, base_ = 0;
  uint64_t received_ = 0, receivedBefore_ = 0;
  int64_t lostBefore_ = 0;
  uint64_t seen_ = 0;  // Bit i: highest_ − i has been received.
  uint32_t badNext_ = 0;
  LossRuns runs_;
  int inRow_ = 0;
  int64_t expectedPrior_ = 0;
  uint64_t receivedPrior_ = 0;
  double transit_ = 0, jitter_ = 0;
  bool hasTransit_ = false;
  uint32_t lastSr_ = 0;
  int64_t lastSrNs_ = 0;
};

}  // namespace offhook
