// RFC 3550 A.1, A.3, A.8. Duplicates are told by a window of the last 64 numbers, so they do not hide losses.
#include "source.h"

#include <algorithm>
#include <cmath>

namespace offhook {

namespace {
constexpr int kMaxDropout = 3000, kMaxMisorder = 100;
constexpr uint32_t kNone = 0x10000;
/** What comes so much later than its place counts as lost. */
constexpr int64_t kSettled = 32;
}  // namespace

void Source::restart(uint16_t sequence) {
  if (received_ > 0) lostBefore_ += expected() - int64_t(received_);
  receivedBefore_ += received_;
  // Room below, so that a number before the first extends to a positive one.
  base_ = highest_ = 0x10000 + sequence;
  received_ = 1;
  seen_ = 1;
  badNext_ = kNone;
  inRow_ = 1;
  expectedPrior_ = 0;
  receivedPrior_ = 0;
  hasTransit_ = false;
}

Source::Verdict Source::update(uint16_t sequence) {
  const int64_t number = extendSequence(highest_, sequence);
  const int64_t ahead = number - highest_;
  if (ahead > 0 && ahead < kMaxDropout) {
    inRow_ = ahead == 1 ? inRow_ + 1 : 1;
    if (inRow_ > 1000) inRow_ = 1000;
    settle(ahead);
    seen_ = (ahead < 64 ? seen_ << ahead : 0) | 1;
    highest_ = number;
  } else if (ahead <= 0 && ahead > -kMaxMisorder) {
    if (ahead > -64) {
      const uint64_t bit = uint64_t(1) << -ahead;
      if (seen_ & bit) return Verdict::Duplicate;
      seen_ |= bit;
    }
    // Earlier than the first one seen: the losses are counted from there now.
    base_ = std::min(base_, number);
    ++received_;
    badNext_ = kNone;
    return Verdict::Old;
  } else if (sequence == badNext_) {
    restart(sequence);
    inRow_ = 2;
    return Verdict::Restarted;
  } else {
    badNext_ = uint16_t(sequence + 1);
    return Verdict::Suspicious;
  }
  badNext_ = kNone;
  ++received_;
  return Verdict::Ok;
}

void Source::settle(int64_t ahead) {
  for (int64_t number = std::max(base_, highest_ - kSettled + 1); number <= highest_ + ahead - kSettled; number++)
    runs_.add(number <= highest_ && (seen_ >> (highest_ - number) & 1));
}

void Source::arrived(uint32_t timestamp, double arrival) {
  // Only differences matter, so the wrap of the timestamp is taken out of the difference.
  const double transit = arrival - double(timestamp);
  if (hasTransit_) {
    const double change = std::abs(std::remainder(transit - transit_, 4294967296.0));
    jitter_ += (change - jitter_) / 16;
  }
  transit_ = transit;
  hasTransit_ = true;
}

void Source::senderReport(uint64_t ntp, int64_t nowNs) {
  lastSr_ = uint32_t(ntp >> 16);
  lastSrNs_ = nowNs;
}

ReportBlock Source::report(int64_t nowNs) {
  ReportBlock block;
  block.ssrc = ssrc_;
  block.lost = int32_t(std::clamp<int64_t>(lost(), -0x800000, 0x7fffff));
  const int64_t expectedNow = expected() - expectedPrior_, receivedNow = int64_t(received_ - receivedPrior_);
  expectedPrior_ = expected();
  receivedPrior_ = received_;
  const int64_t lostNow = expectedNow - receivedNow;
  block.fractionLost = expectedNow <= 0 || lostNow <= 0 ? 0 : uint8_t(std::min<int64_t>(255, (lostNow << 8) / expectedNow));
  block.highestSequence = uint32_t(highest_ - 0x10000);
  block.jitter = uint32_t(jitter_);
  block.lastSr = lastSr_;
  block.delaySinceLastSr = lastSr_ == 0 ? 0 : uint32_t(double(nowNs - lastSrNs_) * 65536e-9);
  return block;
}

}  // namespace offhook
