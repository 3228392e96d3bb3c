// A histogram whose new entries weigh ever more (so old ones fade without touching them), kept relative to a moving origin.
#include "delay_estimator.h"

#include <algorithm>
#include <cmath>

namespace offhook {

namespace {
constexpr double kQuantile = 0.995;
/** After a start that learns quickly, a packet counts half as much once 350 more (7 s at 20 ms) have come. */
constexpr float kForget = 0.998f;
/** So that a clock that drifts is noticed before a packet is late; on a quiet network that takes no more. */
constexpr double kMarginMs = 0.75, kQuietMarginMs = 0.25;
constexpr uint32_t kFew = 50;
constexpr float kOneStall = 2;
constexpr double kAtOnce = 0.25;
constexpr float kHeldBackWeight = 0.1f;
constexpr float kHeaviest = 1e6f;
/** No network becomes so much faster at once: it is the sender's clock that has jumped. */
constexpr double kJumpMs = 100;
}  // namespace

void DelayEstimator::add(double sentMs, double arrivedMs) {
  const double transit = arrivedMs - sentMs;
  moveOrigin(transit, arrivedMs);
  const size_t bin = size_t(std::clamp(transit - origin_, 0.0, double(kBins - 1)));
  // 1/n at first, so that few packets already make a distribution.
  const float forget = std::min(kForget, 1 - 1.f / float(count_ + 2));
  ++count_;
  weight_ /= forget;
  // Packets that a stall has held back come all at once: the first of them tells of it, the others hardly more.
  const bool heldBack = transit < lastTransit_ && arrivedMs - lastArrivedMs_ < (sentMs - lastSentMs_) * kAtOnce;
  lastTransit_ = transit, lastArrivedMs_ = arrivedMs, lastSentMs_ = sentMs;
  const float weight = heldBack ? weight_ * kHeldBackWeight : weight_;
  bins_[bin] += weight;
  sum_ += weight;
  if (weight_ > kHeaviest) {
    for (float& each : bins_) each /= weight_;
    sum_ /= weight_;
    weight_ = 1;
  }
  findTarget();
}

void DelayEstimator::moveOrigin(double transit, double arrivedMs) {
  if (!known_ || transit < origin_ - kJumpMs) {
    known_ = true;
    least_.fill(transit);
    origin_ = transit;
    windowEndsMs_ = arrivedMs + kWindowMs;
    return;
  }
  if (arrivedMs >= windowEndsMs_) {
    window_ = (window_ + 1) % kWindows;
    least_[window_] = transit;
    windowEndsMs_ = arrivedMs + kWindowMs;
  }
  least_[window_] = std::min(least_[window_], transit);
  const double least = *std::min_element(least_.begin(), least_.end());
  // In whole bins, so that the histogram can follow. It does not follow single ones: those are the two clocks drifting apart.
  const int bins = least < origin_ ? -int(std::ceil(origin_ - least)) : int(least - origin_);
  origin_ += bins;
  if (std::abs(bins) > 1) shift(-bins);
}

void DelayEstimator::shift(int bins) {
  const int size = int(kBins), by = std::clamp(bins, -size, size);
  std::array<float, kBins> moved{};
  for (int i = 0; i < size; i++) moved[size_t(std::clamp(i + by, 0, size - 1))] += bins_[size_t(i)];
  bins_ = moved;
}

void DelayEstimator::findTarget() {
  // One stall shall not decide alone, not even early when few packets are known; the very first seconds take all they can get.
  const float tail = std::max(sum_ * float(1 - kQuantile), count_ < kFew ? 0 : weight_ * kOneStall);
  float above = 0;
  for (size_t i = kBins; i-- > 0;) {
    above += bins_[i];
    if (above > tail) {
      target_ = double(i + 1) + (i == 0 ? kQuietMarginMs : kMarginMs);
      return;
    }
  }
}

}  // namespace offhook
