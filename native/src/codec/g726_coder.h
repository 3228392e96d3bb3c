// The adaptive differential coder of G.726: what the next sample is expected to be, how far it is off as a code of 2–5 bits, and
// what is learned from that code. Names in brackets are the blocks of the Recommendation.
#pragma once

#include <array>

namespace offhook {

/** What differs between the four rates; tables are by the size of a code, its distance from zero. */
struct G726Rate {
  unsigned bits;
  /** Decision levels, of a logarithm to the base 2 with 7 bits of fraction. */
  std::array<int, 15> levels;
  /** Output values, of the same. */
  std::array<int, 16> outputs;
  /** How the step changes [W(I)], and how fast it may [F(I)]. */
  std::array<int, 16> steps, speeds;
};

class G726Coder {
 public:
  /** 16, 24, 32 or 40 kbit/s; nullptr for others. */
  static const G726Rate* rate(unsigned kbits);

  explicit G726Coder(const G726Rate& rate);

  /** The code of a sample of 14 bits. */
  unsigned quantise(int sample) const;
  /** Goes on by the code; the sample it stands for. */
  int learn(unsigned code);

 private:
  /** Sign, exponent of 4 bits, mantissa of 6: what the predictor multiplies [FLOATA, FLOATB]. */
  struct Floating {
    bool negative = false;
    int exponent = 0, mantissa = 32;
    static Floating of(int value);
    static Floating of(int magnitude, bool negative);
    /** [FMULT] `coefficient` has 16 bits. */
    int times(int coefficient) const;
  };

  void adaptPredictor(int difference, bool negative, bool transition);
  void adaptStep(unsigned size, bool transition);
  void expect();

  const G726Rate* rate_;
  /** Predicted: by all, by the zeros alone [SE, SEZ]. */
  int expected_ = 0, fromZeros_ = 0;
  std::array<int, 2> poles_{};
  std::array<int, 6> zeros_{};
  std::array<Floating, 2> rebuilt_;
  std::array<Floating, 6> differences_;
  /** Signs of the partially rebuilt signal, 1 or −1. */
  std::array<int, 2> partialSigns_{1, 1};
  bool tone_ = false;
  /** The step's logarithm: quick, slow, and mixed of both [YU, YL, Y]. */
  int quick_ = 544, slow_ = 34816, step_ = 544;
  /** Means of the speed, short and long, and the share of the quick step [DMS, DML, AP]. */
  int shortMean_ = 0, longMean_ = 0, share_ = 0;
};

}  // namespace offhook
