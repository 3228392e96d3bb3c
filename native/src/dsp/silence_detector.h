// Tells speech from the pauses between: what is well above the noise that is always there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

class SilenceDetector {
 public:
  /** The next 10 ms; true once nothing has been said for 200 ms. */
  bool isSilent(const int16_t* in, size_t samples);

 private:
  /** Of the noise, dB below full scale; sinks to what is quieter at once, rises by 2 dB a second. */
  float floor_ = -50;
  int quietFor_ = 0;
};

}  // namespace offhook
