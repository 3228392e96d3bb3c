// Autocorrelation, Levinson and Durbin's recursion, and the roots of two palindromes on the unit circle.
#include "analysis.h"

#include <algorithm>
#include <cmath>

#include "tables.h"

namespace offhook::ilbc {

namespace {
constexpr double kPi = 3.14159265358979323846;
/** §3.2.2: smoothed by 60 Hz, and noise 40 dB below. */
constexpr double kSmoothHz = 60, kRate = 8000, kNoise = 1.0001;
/** §3.2.3 */
constexpr float kWidening = 0.9025f;

/** The predictor of these correlations; false when they have none. */
bool predict(const std::array<double, kOrder + 1>& correlation, Polynomial& out) {
  std::array<double, kOrder + 1> a{1};
  double left = correlation[0];
  if (left <= 0) return false;
  for (size_t n = 1; n <= kOrder; n++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * correlation[n - i];
    const double reflection = -sum / left;
    const auto before = a;
    for (size_t i = 1; i <= n; i++) a[i] += reflection * before[n - i];
    left *= 1 - reflection * reflection;
    if (left <= 0) return false;
  }
  std::transform(a.begin(), a.end(), out.begin(), [](double each) { return float(each); });
  return true;
}

/** One of the two palindromes of a predictor without its root at ±1: its value at frequency w, by cosines. */
class Palindrome {
 public:
  Palindrome(const Polynomial& predictor, bool symmetric) {
    const double sign = symmetric ? 1 : -1;
    double last = 1;
    half_[0] = 1;
    for (size_t i = 1; i <= kOrder / 2; i++) half_[i] = last = double(predictor[i]) + sign * double(predictor[kOrder + 1 - i]) - sign * last;
  }
  double at(double w) const {
    double sum = half_[kOrder / 2] / 2;
    for (size_t i = 0; i < kOrder / 2; i++) sum += half_[i] * std::cos(double(kOrder / 2 - i) * w);
    return sum;
  }

 private:
  std::array<double, kOrder / 2 + 1> half_{};
};

/** The roots of both take turns. False when they do not. */
bool spectralLines(const Polynomial& predictor, Spectrum& out) {
  const std::array<Palindrome, 2> both = {Palindrome(predictor, true), Palindrome(predictor, false)};
  constexpr int kSteps = 120, kHalvings = 10;
  size_t found = 0;
  double from = 0, value = both[0].at(0);
  for (int step = 1; step <= kSteps && found < kOrder; step++) {
    double to = kPi * step / kSteps;
    // Two lines may lie within one step: it is looked at again for the other palindrome.
    while (found < kOrder) {
      const Palindrome& one = both[found % 2];
      if (value * one.at(to) > 0) break;
      double low = from, high = to;
      for (int i = 0; i < kHalvings; i++) {
        const double middle = (low + high) / 2;
        (value * one.at(middle) > 0 ? low : high) = middle;
      }
      out[found++] = float((low + high) / 2);
      from = out[found - 1];
      value = both[found % 2].at(from);
    }
    from = to;
    if (found < kOrder) value = both[found % 2].at(from);
  }
  return found == kOrder;
}
}  // namespace

Analysis::Analysis(const Mode& mode) : mode_(&mode), last_(kMeanSpectrum) {
  constexpr double kRise = 220;
  for (size_t i = 0; i < kWindow; i++) {
    const double n = double(i) + 1;
    middle_[i] = float(0.5 - 0.5 * std::cos(2 * kPi * n / (kWindow + 1)));
    late_[i] = float(n <= kRise ? std::pow(std::sin(kPi * n / (2 * kRise + 1)), 2) : std::cos(kPi * (n - kRise - 1) / (2 * (kWindow - kRise))));
  }
  for (size_t i = 0; i <= kOrder; i++) lags_[i] = float(i == 0 ? kNoise : std::exp(-0.5 * std::pow(2 * kPi * kSmoothHz * double(i) / kRate, 2)));
}

Spectra Analysis::analyse(const float* samples) {
  std::move(past_.begin() + long(mode_->samples), past_.end(), past_.begin());
  std::copy_n(samples, mode_->samples, past_.end() - long(mode_->samples));
  Spectra out{};
  if (mode_->spectra == 2) out[0] = spectrumOf(past_.data(), middle_);
  out[mode_->spectra - 1] = spectrumOf(past_.data() + kLookBack, late_);
  return out;
}

Spectrum Analysis::spectrumOf(const float* samples, const std::array<float, kWindow>& window) {
  std::array<float, kWindow> seen;
  for (size_t i = 0; i < kWindow; i++) seen[i] = samples[i] * window[i];
  std::array<double, kOrder + 1> correlation{};
  for (size_t lag = 0; lag <= kOrder; lag++) {
    for (size_t i = lag; i < kWindow; i++) correlation[lag] += double(seen[i]) * double(seen[i - lag]);
    correlation[lag] *= double(lags_[lag]);
  }
  Polynomial predictor;
  Spectrum found;
  if (correlation[0] > 1 && predict(correlation, predictor) && spectralLines(widened(predictor, kWidening), found)) last_ = found;
  return last_;
}

}  // namespace offhook::ilbc
