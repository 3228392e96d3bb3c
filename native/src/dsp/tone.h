// Call progress tones and DTMF: cadence steps of up to four sines, without clicks.
//
// Levels are dBm0 per frequency. 0 dBm0 is a sine 3.14 dB below digital full scale, as ITU-T G.711 sets it for A-law
// (3.17 dB for µ-law; one figure serves both). A step begins and ends with a 5 ms ramp unless its neighbour has the
// same frequencies; a frequency that goes on into the next step keeps its phase.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/contract.h"

namespace offhook {

/** Amplitude of a sine at 0 dBm0 in 16-bit samples. */
constexpr double kZeroDbm0 = 22826.0;  // 32767 × 10^(−3.14/20)

/** The two frequencies, Hz, of a DTMF digit (ITU-T Q.23); false for any other character. */
bool dtmfFrequencies(char digit, double& low, double& high);

class ToneGenerator {
 public:
  /** Not for real-time threads. The tone must have been checked: frequencies below rate/2, four at most. */
  ToneGenerator(const Tone& tone, uint32_t rate);

  /** Fills `out`, with silence once the end is reached; false when nothing but silence will follow. */
  bool generate(int16_t* out, size_t samples);

 private:
  struct Step {
    std::array<double, 4> advance{};  // radians per sample
    size_t frequencies = 0;
    double amplitude = 0;
    uint64_t samples = 0;  // 0: for ever
    bool rampIn = true, rampOut = true;
  };
  void enter(size_t step);
  double envelope(const Step& step) const;

  std::vector<Step> steps_;
  uint32_t rampSamples_;
  uint32_t repeat_, played_ = 0;
  bool first_ = true, ended_ = false;
  size_t step_ = 0;
  uint64_t at_ = 0;  // samples into the step
  std::array<double, 4> phase_{};
};

}  // namespace offhook
