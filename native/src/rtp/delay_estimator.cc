// A histogram whose new entries weigh ever more (so old ones fade without touching them), kept relative to a moving origin. The
// target is the delay of least cost on the E-model's scale: what comes late and what has to be made up against the waiting.
#include "delay_estimator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "e_model.h"

namespace offhook {

namespace {
/** After a start that learns quickly, a packet counts half as much once 350 more (7 s at 20 ms) have come. */
constexpr float kForget = 0.998f;
/** So that a clock that drifts is noticed before a packet is late; on a quiet network that takes no more. */
constexpr double kMarginMs = 0.75, kQuietMarginMs = 0.25;
constexpr float kHeaviest = 1e6f;
/** More numbers missing at once are no loss. */
constexpr int64_t kGone = 100;
/** A late packet is as bad as so many lost ones: the delay it brings is taken out again by stretching speech. */
constexpr double kLateAsLost = 2;
/** A lost one is better by this share when what follows has come at the last tick of its hole, about this long after the first of all. */
constexpr double kLedShare = 0.1;
constexpr size_t kLedMs = 9;
/** What network and devices add to our delay, about, ms: from some point on each further one is heard. */
constexpr double kElsewhereMs = 40;
constexpr double kNearlyAll = 0.9999;
/** No network becomes so much faster at once: it is the sender's clock that has jumped. */
constexpr double kJumpMs = 100;
}  // namespace

/** Waiting for what comes within each of the bins: how long, and what that costs. */
struct DelayEstimator::Waits {
  static constexpr double ms(size_t bin) { return double(bin + 1) + (bin == 0 ? kQuietMarginMs : kMarginMs); }

  std::array<double, kBins> costs;
  Waits() {
    for (size_t i = 0; i < kBins; i++) costs[i] = delayImpairment(kElsewhereMs + ms(i));
  }
};
const DelayEstimator::Waits DelayEstimator::kWaits;

void DelayEstimator::add(double sentMs, double arrivedMs, double sparedMs, int64_t number, bool led) {
  const double transit = arrivedMs - sentMs;
  moveOrigin(transit, arrivedMs);
  const size_t bin = size_t(std::clamp(transit - origin_ - sparedMs, 0.0, double(kBins - 1)));
  // 1/n at first, so that few packets already make a distribution.
  const float forget = std::min(kForget, 1 - 1.f / float(count_ + 2));
  ++count_;
  weight_ /= forget;
  bins_[bin] += weight_;
  sum_ += weight_;
  if (weight_ > kHeaviest) {
    for (float& each : bins_) each /= weight_;
    sum_ /= weight_;
    lost_ /= weight_;
    weight_ = 1;
  }
  count(number);
  findTarget(led);
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

void DelayEstimator::count(int64_t number) {
  const int64_t missing = numbered_ ? number - highest_ - 1 : 0;
  if (missing < 0) {
    lost_ = std::max(0.f, lost_ - weight_);  // It was thought lost.
    return;
  }
  if (missing < kGone) lost_ += weight_ * float(std::max<int64_t>(0, missing - int64_t(others_)));
  numbered_ = true;
  highest_ = number;
  others_ = 0;
}

void DelayEstimator::findTarget(bool led) {
  const double all = double(sum_), lost = double(lost_) / (all + double(lost_)), slope = lossSlope(lost);
  const double perLate = slope * kLateAsLost / all, perLed = led ? slope * kLedShare * lost / all : 0, nearlyAll = all * kNearlyAll;
  // What has come by the end of a bin; kLedMs before, what can be led up to.
  std::array<double, kLedMs + 1 + kBins> come;
  std::fill_n(come.begin(), kLedMs + 1, 0.0);
  double inTime = 0, least = std::numeric_limits<double>::infinity();
  size_t best = 0;
  for (size_t i = 0; i < kBins && come[i] < nearlyAll; i++) {
    come[kLedMs + 1 + i] = inTime += double(bins_[i]);
    const double cost = kWaits.costs[i] - perLate * inTime - perLed * come[i + 1];
    if (cost < least) least = cost, best = i;
  }
  target_ = Waits::ms(best);
}

}  // namespace offhook
