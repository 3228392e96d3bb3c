// A quadrature mirror filter splits the sound in two bands of 8 kHz; each is ADPCM: 6 bits a sample below 4 kHz, 2 above.
#include "g722.h"

#include <algorithm>
#include <array>

#include "adpcm_predictor.h"

namespace offhook {

namespace {
/** Recommendation, table 11: the mirror filter, half of it. */
constexpr std::array<int, 12> kMirror = {3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11};
/** §6.2.1: decision levels of the lower band, by half the code's distance from zero. */
constexpr std::array<int, 30> kLowLevels = {0,   35,  72,  110, 150, 190, 233,  276,  323,  370,  422,  473,  530,  587,  650,
                                            714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919};
constexpr int kHighLevel = 564;
/** Output values of the quantisers, by the upper part of the lower band's code, by all of it, by the higher band's code. */
constexpr std::array<int, 16> kLow4 = {0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0};
constexpr std::array<int, 32> kLow6 = {24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
                                       4944,  4464,  4008,  3576,  3168,  2776,  2400,  2032,  1688,  1360, 1040, 728,  432,  136,  -432, -136};
constexpr std::array<int, 4> kHigh2 = {-7408, -1616, 7408, 1616};
/** How the logarithm of the step changes, by the same codes. */
constexpr std::array<int, 16> kLowChange = {-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60};
constexpr std::array<int, 4> kHighChange = {798, -214, 798, -214};
/** 2048 · 2^(i/32). */
constexpr std::array<int, 32> kExponent = {2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
                                           2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008};

/** Of the lower band's 6-bit code: the first 4 values of the sign that a sender must not use stand for the least. */
int lowValue(unsigned code) { return code >= 32 ? kLow6[code - 32] : code < 4 ? -136 : -kLow6[code - 4]; }

/** One band: its predictor and its step, which is known as a logarithm. */
struct Band {
  AdpcmPredictor predictor;
  int step = 0, logarithm = 0;

  void adapt(int change, int most, int shift) {
    logarithm = std::clamp((logarithm * 127 >> 7) + change, 0, most);
    const int down = shift - (logarithm >> 11), mantissa = kExponent[size_t(logarithm >> 6 & 31)];
    step = (down < 0 ? mantissa << -down : mantissa >> down) << 2;
  }
};

/** Both bands; encoder and decoder keep theirs alike. */
struct Bands {
  Band low{{}, 32}, high{{}, 8};

  void learnLow(unsigned code) {
    low.predictor.learn(low.step * kLow4[code >> 2] >> 15);
    low.adapt(kLowChange[code >> 2], 18432, 8);
  }
  void learnHigh(unsigned code) {
    high.predictor.learn(high.step * kHigh2[code] >> 15);
    high.adapt(kHighChange[code], 22528, 10);
  }
};

unsigned quantiseLow(const Band& band, int sample) {
  const int off = saturate16(sample - band.predictor.expected()), size = off < 0 ? -(off + 1) : off;
  unsigned at = 1;
  while (at < kLowLevels.size() && size >= kLowLevels[at] * band.step >> 12) at++;
  // Positive codes fall from 61; negative ones from 63 and 62, then 31.
  return off >= 0 ? 62 - at : at <= 2 ? 64 - at : 34 - at;
}

unsigned quantiseHigh(const Band& band, int sample) {
  const int off = saturate16(sample - band.predictor.expected()), size = off < 0 ? -(off + 1) : off;
  const bool far = size >= kHighLevel * band.step >> 12;
  return off < 0 ? (far ? 0 : 1) : (far ? 2 : 3);
}

/** The last 24 samples of the mirror filter, in pairs. */
class Mirror {
 public:
  void push(int first, int second) {
    std::move(past_.begin() + 2, past_.end(), past_.begin());
    past_[22] = first;
    past_[23] = second;
  }
  /** Over the first, or the second, of each pair: the halves of the filter are each other's mirror. */
  int firsts(bool turned) const { return sum(0, turned); }
  int seconds(bool turned) const { return sum(1, turned); }

 private:
  int sum(size_t from, bool turned) const {
    int sum = 0;
    for (size_t i = 0; i < kMirror.size(); i++) sum += past_[2 * i + from] * kMirror[turned ? kMirror.size() - 1 - i : i];
    return sum;
  }
  std::array<int, 24> past_{};
};

class G722 final : public AudioCodec {
 public:
  const char* name() const override { return "G722"; }
  uint32_t rate() const override { return 16000; }
  uint32_t clockRate() const override { return 8000; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t count = std::min(samples / 2, room);
    for (size_t i = 0; i < count; i++) {
      split_.push(in[2 * i], in[2 * i + 1]);
      const int even = split_.seconds(true), odd = split_.firsts(false);
      const unsigned low = quantiseLow(coder_.low, (even + odd) >> 14), high = quantiseHigh(coder_.high, (even - odd) >> 14);
      coder_.learnLow(low);
      coder_.learnHigh(high);
      out[i] = uint8_t(high << 6 | low);
    }
    return count;
  }

  size_t samplesIn(const uint8_t*, size_t size) const override { return 2 * size; }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(size, room / 2);
    for (size_t i = 0; i < count; i++) {
      const unsigned low = payload[i] & 63, high = payload[i] >> 6;
      const int lower = limit(decoder_.low.predictor.expected() + (decoder_.low.step * lowValue(low) >> 15));
      const int higher = limit(decoder_.high.predictor.expected() + (decoder_.high.step * kHigh2[high] >> 15));
      decoder_.learnLow(low);
      decoder_.learnHigh(high);
      join_.push(lower + higher, lower - higher);
      out[2 * i] = int16_t(saturate16(join_.seconds(true) >> 11));
      out[2 * i + 1] = int16_t(saturate16(join_.firsts(false) >> 11));
    }
    return 2 * count;
  }

  void reset() override {
    decoder_ = Bands();
    join_ = Mirror();
  }
  size_t warmUp() const override { return 22; }

 private:
  static int limit(int value) { return std::clamp(value, -16384, 16383); }

  Bands coder_, decoder_;
  Mirror split_, join_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeG722() { return std::make_unique<G722>(); }

}  // namespace offhook
