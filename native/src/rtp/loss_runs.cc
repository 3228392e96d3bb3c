// One loss alone belongs to the gap around it.
#include "loss_runs.h"

namespace offhook {

void LossRuns::add(bool came) {
  if (came) {
    ++since_;
    return;
  }
  if (runLost_ > 0 && since_ < kLeast) {
    ++runLost_;
    runPackets_ += since_ + 1;
  } else {
    totals_ = closed();
    runLost_ = runPackets_ = 1;
  }
  since_ = 0;
}

LossRuns::Totals LossRuns::closed() const {
  Totals out = totals_;
  out.gapPackets += since_;
  if (runLost_ > 1) {
    ++out.bursts;
    out.burstLost += runLost_;
    out.burstPackets += runPackets_;
  } else {
    out.gapLost += runLost_;
    out.gapPackets += runPackets_;
  }
  return out;
}

LossRuns::Summary LossRuns::summary() const {
  const Totals all = closed();
  Summary out;
  if (all.gapPackets > 0) out.gapDensity = double(all.gapLost) / double(all.gapPackets);
  out.gapPackets = double(all.gapPackets) / double(all.bursts + 1);
  if (all.bursts == 0) return out;
  out.burstDensity = double(all.burstLost) / double(all.burstPackets);
  out.burstPackets = double(all.burstPackets) / double(all.bursts);
  return out;
}

}  // namespace offhook
