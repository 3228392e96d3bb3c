// Samples to iLBC frames (RFC 3951 §3).
#pragma once

#include "analysis.h"
#include "excitation.h"

namespace offhook::ilbc {

class Encoder {
 public:
  explicit Encoder(const Mode& mode);
  /** Of `mode.samples`. */
  void encode(const int16_t* in, Frame& frame);

 private:
  void chooseState(const float* residual, Frame& frame) const;
  void codeState(const float* residual, Frame& frame) const;

  const Mode* mode_;
  Analysis analysis_;
  /** The last spectra, as they were and as the decoder has them. */
  Spectrum heard_, coded_;
  std::array<float, 2> highIn_{}, highOut_{};
  std::array<float, kOrder> before_{};
  Polynomials synthesis_, weights_;
};

}  // namespace offhook::ilbc
