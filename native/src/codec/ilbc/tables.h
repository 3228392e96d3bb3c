// The numbers both ends of iLBC have to share.
#pragma once

#include "frame.h"

namespace offhook::ilbc {

/** A sample of the state, and 10 to the power of the scale is the largest of them. */
extern const std::array<float, 8> kStateLevels;
extern const std::array<float, 64> kStateScales;
/** Gains of a vector's three steps, each as a share of the one before. */
extern const std::array<float, 32> kGains1;
extern const std::array<float, 16> kGains2;
extern const std::array<float, 8> kGains3;
/** Makes the second half of the codebook of its first. */
extern const std::array<float, 8> kCodebookFilter;
extern const Spectrum kMeanSpectrum;
/** Three, three and four frequencies, in 1/8192. */
extern const std::array<int16_t, 64 * 3> kSpectrum1;
extern const std::array<int16_t, 128 * 3> kSpectrum2;
extern const std::array<int16_t, 128 * 4> kSpectrum3;

}  // namespace offhook::ilbc
