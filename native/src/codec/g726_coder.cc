// Everything in the integers of the Recommendation, so that both ends stay alike for ever.
#include "g726_coder.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace offhook {

namespace {
constexpr G726Rate k16 = {2, {261}, {116, 365}, {-22, 439}, {0, 7}};
constexpr G726Rate k24 = {3, {8, 218, 331}, {-2048, 135, 273, 373}, {-4, 30, 137, 582}, {0, 1, 2, 7}};
constexpr G726Rate k32 = {4, {-124, 80, 178, 246, 300, 349, 400}, {-2048, 4, 135, 213, 273, 323, 373, 425},
                          {-12, 18, 41, 64, 112, 198, 355, 1122}, {0, 0, 0, 1, 1, 1, 3, 7}};
constexpr G726Rate k40 = {5,
                          {-122, -16, 68, 139, 198, 250, 298, 339, 378, 413, 445, 475, 502, 528, 553},
                          {-2048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566},
                          {14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696},
                          {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6}};

int bitsOf(unsigned value) { return value == 0 ? 0 : 32 - __builtin_clz(value); }
int signOf(int value) { return value < 0 ? -1 : 1; }
}  // namespace

const G726Rate* G726Coder::rate(unsigned kbits) {
  return kbits == 16 ? &k16 : kbits == 24 ? &k24 : kbits == 32 ? &k32 : kbits == 40 ? &k40 : nullptr;
}

G726Coder::G726Coder(const G726Rate& rate) : rate_(&rate) {}

G726Coder::Floating G726Coder::Floating::of(int value) { return of(std::abs(value), value < 0); }

G726Coder::Floating G726Coder::Floating::of(int magnitude, bool negative) {
  Floating out;
  out.negative = negative;
  out.exponent = bitsOf(unsigned(magnitude));
  if (magnitude != 0) out.mantissa = (magnitude << 6) >> out.exponent;
  return out;
}

int G726Coder::Floating::times(int coefficient) const {
  const Floating other = of(coefficient >> 2);
  const int shift = exponent + other.exponent - 19, product = (mantissa * other.mantissa + 48) >> 4;
  const int size = shift < 0 ? product >> -shift : (product << shift) & 32767;
  return negative != other.negative ? -size : size;
}

unsigned G726Coder::quantise(int sample) const {
  const int off = sample - expected_;
  const unsigned size = unsigned(std::abs(off));
  const int exponent = std::max(bitsOf(size) - 1, 0);
  const int logarithm = (exponent << 7) + int(((size << 7) >> exponent) & 127) - (step_ >> 2);
  const unsigned half = 1u << (rate_->bits - 1), mask = 2 * half - 1;
  unsigned level = 0;
  while (level < half - 1 && logarithm >= rate_->levels[level]) level++;
  // Two bits know a positive and a negative least value; more have one for both, which is all ones.
  if (off < 0 || (level == 0 && rate_->bits > 2)) return ~level & mask;
  return level;
}

int G726Coder::learn(unsigned code) {
  const bool negative = code >> (rate_->bits - 1) & 1;
  const unsigned size = negative ? ~code & ((1u << rate_->bits) - 1) : code;
  // [ADDA, ANTILOG]
  const int logarithm = rate_->outputs[size] + (step_ >> 2);
  const int magnitude = logarithm < 0 ? 0 : ((128 + (logarithm & 127)) << (logarithm >> 7 & 15)) >> 7;
  // [TRANS] A modem's tones end or begin.
  const int whole = slow_ >> 15, fraction = slow_ >> 10 & 31;
  const int threshold = whole > 9 ? 31 << 10 : (32 + fraction) << whole;
  const bool transition = tone_ && magnitude > (threshold + (threshold >> 1)) >> 1;

  const int difference = negative ? -magnitude : magnitude;
  const int rebuilt = int16_t(expected_ + difference);
  adaptPredictor(difference, negative, transition);
  rebuilt_ = {Floating::of(rebuilt), rebuilt_[0]};
  std::move_backward(differences_.begin(), differences_.end() - 1, differences_.end());
  differences_[0] = Floating::of(magnitude, negative);
  adaptStep(size, transition);
  expect();
  return rebuilt;
}

void G726Coder::adaptPredictor(int difference, bool negative, bool transition) {
  const int partial = fromZeros_ + difference, sign = signOf(partial);
  if (transition) {
    poles_ = {};
    zeros_ = {};
  } else {
    // [UPA2, LIMC, UPA1, LIMD] Of nothing nothing is learned, but what was learned fades.
    const int turn = 4 * std::clamp(poles_[0], -8191, 8191) * sign * partialSigns_[0];
    const int second = partial == 0 ? 0 : (16384 * sign * partialSigns_[1] - turn) >> 7;
    poles_[1] = std::clamp(poles_[1] + second - (poles_[1] >> 7), -12288, 12288);
    const int first = partial == 0 ? 0 : 192 * sign * partialSigns_[0];
    const int bound = 15360 - poles_[1];
    poles_[0] = std::clamp(poles_[0] + first - (poles_[0] >> 8), -bound, bound);
    // [UPB] At 40 kbit/s they fade half as fast.
    const int fading = rate_->bits == 5 ? 9 : 8, change = difference == 0 ? 0 : 128;
    for (size_t i = 0; i < zeros_.size(); i++)
      zeros_[i] += (negative == differences_[i].negative ? change : -change) - (zeros_[i] >> fading);
  }
  partialSigns_ = {sign, partialSigns_[0]};
  tone_ = !transition && poles_[1] < -11776;
}

void G726Coder::adaptStep(unsigned size, bool transition) {
  // [FILTA, FILTB, SUBTC, FILTC]
  shortMean_ += ((rate_->speeds[size] << 9) - shortMean_) >> 5;
  longMean_ += ((rate_->speeds[size] << 11) - longMean_) >> 7;
  const bool restless = step_ < 1536 || tone_ || std::abs((shortMean_ << 2) - longMean_) >= longMean_ >> 3;
  share_ = transition ? 256 : share_ + (((restless ? 512 : 0) - share_) >> 4);
  // [FILTD, FILTE, MIX]
  quick_ = std::clamp(step_ + ((32 * rate_->steps[size] - step_) >> 5), 544, 5120);
  slow_ += quick_ + (-slow_ >> 6);
  const int apart = quick_ - (slow_ >> 6), most = share_ >= 256 ? 64 : share_ >> 2;
  const int mixed = std::abs(apart) * most >> 6;
  step_ = (slow_ >> 6) + (apart < 0 ? -mixed : mixed);
}

void G726Coder::expect() {
  int sum = 0;
  for (size_t i = 0; i < zeros_.size(); i++) sum += differences_[i].times(zeros_[i]);
  fromZeros_ = int16_t(sum) >> 1;
  for (size_t i = 0; i < poles_.size(); i++) sum += rebuilt_[i].times(poles_[i]);
  expected_ = int16_t(sum) >> 1;
}

}  // namespace offhook
