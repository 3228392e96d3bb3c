// Digits heard as tones (ITU-T Q.23, limits after Q.24). Every 5 ms a Hann window of 20 ms is looked at: the strongest
// row and column, their true frequencies by the turn of their phases, and how much of the sound is these two and nothing
// else. Four looks in a row begin a digit, so 30 ms of it are always enough and 24 ms never; speech does not stay that pure.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/digit.h"

namespace offhook {

class DtmfDetector {
 public:
  /** `rate` in Hz, a multiple of 200. Allocates, and makes the tables of a rate not seen before: not for the tick thread. */
  explicit DtmfDetector(uint32_t rate);

  /** 10 ms of sound. */
  Digits hear(const int16_t* in, size_t samples);
  /** Hears no more for now: a digit that sounds ends. */
  Digits stop();

 private:
  static constexpr size_t kTones = 8;
  struct Table;
  static const Table& tableOf(uint32_t rate);

  /** The digit in the window that begins at `at`, or 0. */
  char look(const float* at);
  void step(char seen, Digits& out);
  void end(Digits& out);

  const Table& table_;
  std::vector<float> sound_;  // what the next window begins with, then what has just come
  std::array<std::complex<float>, kTones> before_{};

  char candidate_ = 0, sounding_ = 0;
  /** Looks: in a row at the candidate; since the digit began, and of these since it was seen last. */
  uint32_t inRow_ = 0, lasted_ = 0, missed_ = 0;
};

}  // namespace offhook
