// The spectral envelope of what was said (RFC 3951 §3.2): linear prediction over 30 ms windows, as line spectral frequencies.
#pragma once

#include "frame.h"
#include "spectrum.h"

namespace offhook::ilbc {

class Analysis {
 public:
  explicit Analysis(const Mode& mode);
  /** Of the frame that ends with these `mode.samples`. */
  Spectra analyse(const float* samples);

 private:
  static constexpr size_t kWindow = 240, kLookBack = 60;

  Spectrum spectrumOf(const float* samples, const std::array<float, kWindow>& window);

  const Mode* mode_;
  std::array<float, kLookBack + kWindow> past_{};
  std::array<float, kWindow> middle_, late_;
  std::array<float, kOrder + 1> lags_;
  /** What was found last, for sounds that have no spectrum. */
  Spectrum last_;
};

}  // namespace offhook::ilbc
