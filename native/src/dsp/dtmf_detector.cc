// Windowed correlations with the eight frequencies, then a count of looks.
#include "dsp/dtmf_detector.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>

#include "dsp/tone.h"

namespace offhook {

namespace {
constexpr double kFrequencies[] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
constexpr char kKeys[] = "123A456B789C*0#D";
constexpr uint32_t kHopMs = 5, kWindowMs = 20;
constexpr uint32_t kLooksToBegin = 4, kLooksToEnd = 6;
/** What a window sees of a tone that begins or ends inside it, on the mean, ms. */
constexpr uint32_t kEdgesMs = 8;

constexpr float kDeviation = 0.025f;       // between the 1.5 % to be taken and the 3.5 % to be refused
constexpr float kMostForward = 1.78f;      // column over row, amplitude: +5 dB, so that +4 dB is safe
constexpr float kMostReverse = 2.82f;      // row over column: 9 dB, so that 8 dB is safe
constexpr double kLeastDbm0 = -36;         // each tone
constexpr float kPurity = 0.85f, kPurityGoingOn = 0.7f;  // power of the two tones in that of everything

/** What a Hann window leaves of the amplitude of a tone `bins` beside the middle. */
float hann(float bins) {
  const float x = std::abs(bins);
  if (x < 0.01f) return 1;
  return std::sin(float(M_PI) * x) / (float(M_PI) * x * (1 - x * x));
}
}  // namespace

struct DtmfDetector::Table {
  explicit Table(uint32_t rate) : rate(rate), hop(rate * kHopMs / 1000), window(rate * kWindowMs / 1000), weights(window) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < window; i++) {
      const double weight = 0.5 - 0.5 * std::cos(2 * M_PI * (double(i) + 0.5) / double(window));
      weights[i] = float(weight);
      sum += weight, squares += weight * weight;
    }
    powerFactor = float(1 / squares);
    for (size_t k = 0; k < kTones; k++) {
      const double turn = 2 * M_PI * kFrequencies[k] / rate;
      for (size_t i = 0; i < window; i++) {
        const double weight = weights[i] * 2 / sum;
        re[k].push_back(float(weight * std::cos(turn * double(i))));
        im[k].push_back(float(-weight * std::sin(turn * double(i))));
      }
      expected[k] = std::polar(1.f, float(-std::fmod(turn * double(hop), 2 * M_PI)));
    }
  }
  const uint32_t rate;
  const size_t hop, window;
  std::vector<float> weights;
  std::vector<float> re[kTones], im[kTones];
  /** Takes away the turn a true tone makes from one look to the next. */
  std::complex<float> expected[kTones];
  float powerFactor = 0;
};

const DtmfDetector::Table& DtmfDetector::tableOf(uint32_t rate) {
  static std::mutex mutex;
  static std::map<uint32_t, Table> tables;
  const std::lock_guard<std::mutex> hold(mutex);
  return tables.try_emplace(rate, rate).first->second;
}

DtmfDetector::DtmfDetector(uint32_t rate) : table_(tableOf(rate)), sound_(table_.window, 0) {}

namespace {
/** Eight sums at a time, so that the compiler keeps them in vectors. */
float dot(const float* __restrict a, const float* __restrict b, size_t count) {
  float sums[8] = {};
  for (size_t i = 0; i + 8 <= count; i += 8)
    for (size_t k = 0; k < 8; k++) sums[k] += a[i + k] * b[i + k];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}
}  // namespace

char DtmfDetector::look(const float* at) {
  static const float least = float(kZeroDbm0 * std::pow(10, kLeastDbm0 / 20));
  const size_t count = table_.window;
  float power = 0;
  for (size_t i = 0; i < count; i++) {
    const float weighted = at[i] * table_.weights[i];
    power += weighted * weighted;
  }
  power *= table_.powerFactor;
  const std::array<std::complex<float>, kTones> before = before_;
  if (power < least * least) {  // two tones of half a square each
    before_ = {};
    return 0;
  }
  for (size_t k = 0; k < kTones; k++) before_[k] = {dot(at, table_.re[k].data(), count), dot(at, table_.im[k].data(), count)};
  const auto louder = [](const std::complex<float>& a, const std::complex<float>& b) { return std::norm(a) < std::norm(b); };
  const size_t row = size_t(std::max_element(before_.begin(), before_.begin() + 4, louder) - before_.begin());
  const size_t column = size_t(std::max_element(before_.begin() + 4, before_.end(), louder) - before_.begin());
  // Amplitude as if it were in tune; 0 when it is too far off.
  const auto amplitude = [&](size_t k) {
    const float turn = std::arg(before_[k] * std::conj(before[k]) * table_.expected[k]);
    const float off = turn / (2 * float(M_PI)) * 1000 / kHopMs;
    if (std::abs(off) > kDeviation * float(kFrequencies[k])) return 0.f;
    return std::abs(before_[k]) / hann(off * kWindowMs / 1000);
  };
  const float low = amplitude(row), high = amplitude(column);
  if (low < least || high < least || high > low * kMostForward || low > high * kMostReverse) return 0;
  const char digit = kKeys[row * 4 + column - 4];
  const float purity = (low * low + high * high) / 2 / power;
  return purity >= (digit == sounding_ ? kPurityGoingOn : kPurity) ? digit : 0;
}

Digits DtmfDetector::hear(const int16_t* in, size_t samples) {
  Digits out;
  const size_t hop = table_.hop, kept = table_.window - hop;
  for (size_t done = 0; done + hop <= samples; done += hop) {
    std::copy(in + done, in + done + hop, sound_.begin() + long(kept));
    step(look(sound_.data()), out);
    std::memmove(sound_.data(), sound_.data() + hop, kept * sizeof sound_[0]);
  }
  return out;
}

void DtmfDetector::step(char seen, Digits& out) {
  if (sounding_) {
    ++lasted_;
    missed_ = seen == sounding_ ? 0 : missed_ + 1;
    if (missed_ >= kLooksToEnd) end(out);
  }
  inRow_ = seen && seen == candidate_ ? inRow_ + 1 : 1;
  candidate_ = seen;
  if (!seen || seen == sounding_ || inRow_ < kLooksToBegin) return;
  if (sounding_) end(out);
  sounding_ = seen;
  lasted_ = inRow_;
  missed_ = 0;
  out.items[out.count++] = {seen, false, 0};
}

void DtmfDetector::end(Digits& out) {
  out.items[out.count++] = {sounding_, true, (lasted_ - missed_) * kHopMs + kEdgesMs};
  sounding_ = 0;
  inRow_ = 0;
}

Digits DtmfDetector::stop() {
  Digits out;
  if (sounding_) end(out);
  std::fill(sound_.begin(), sound_.end(), 0.f);
  before_ = {};
  candidate_ = 0;
  return out;
}

}  // namespace offhook
