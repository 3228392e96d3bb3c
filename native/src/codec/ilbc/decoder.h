// iLBC frames to samples (RFC 3951 §4). Without the enhancer of §4.6, which would cost 5–10 ms of delay. FFmpeg's decoder, the one
// there is to be held to, has it but never turns it on; whether speech would be better for it was not judged.
#pragma once

#include "frame.h"

namespace offhook::ilbc {

class Decoder {
 public:
  explicit Decoder(const Mode& mode);
  /** `mode.samples` of them. */
  void decode(const Frame& frame, int16_t* out);

 private:
  const Mode* mode_;
  Spectrum spectrum_;
  /** What the synthesis and the filter at the end remember. */
  std::array<float, kOrder> said_{};
  std::array<float, 2> highIn_{}, highOut_{};
};

}  // namespace offhook::ilbc
