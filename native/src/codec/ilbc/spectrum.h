// The spectral envelope of a frame: line spectral frequencies, and the predictors of its blocks that come of them.
#pragma once

#include "frame.h"

namespace offhook::ilbc {

using Spectra = std::array<Spectrum, 2>;

/** Of `indices`, made stable (RFC 3951 §3.2.5). */
Spectra spectraOf(const Mode& mode, const std::array<int, 6>& indices);
/** The nearest there are to `wanted` (§3.2.4). */
void quantise(const Mode& mode, const Spectra& wanted, std::array<int, 6>& indices);
/** For each block, led over from the frame before, whose last was `old` (§3.2.7). */
void interpolate(const Mode& mode, const Spectrum& old, const Spectra& spectra, Polynomials& out);
/** Formants are widened: coefficient i times `by` to the power of i. */
Polynomial widened(const Polynomial& polynomial, float by);

}  // namespace offhook::ilbc
