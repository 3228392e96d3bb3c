// The two sine waves of a DTMF digit (ITU-T Q.23).
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

class DtmfTone {
 public:
  explicit DtmfTone(uint32_t rate) : rate_(rate) {}

  /** Begins a digit (0-9 A-D * #), phases at zero. */
  void start(char digit);
  /** The next samples: −9 dBm0 for the upper group and −11 for the lower; faded in over the first 2 ms, and out when `last`. */
  void fill(int16_t* out, size_t samples, bool last);

 private:
  struct Oscillator {
    double sine = 0, cosine = 1, turnSine = 0, turnCosine = 1, amplitude = 0;
    double next();
  };
  void set(Oscillator& oscillator, double frequency, double levelDbm0);

  const uint32_t rate_;
  Oscillator low_, high_;
  size_t made_ = 0;
};

}  // namespace offhook
