// The pitch period of speech by normalised cross-correlation; shared by concealment and time-stretching.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

struct Pitch {
  /** Samples; whole, and as the peak of the correlation lies between them. */
  size_t period = 0;
  float exact = 0;
  /** 1: exactly periodic; about 0: noise. */
  float strength = 0;
};

/**
 * The lag in [shortest, longest] at which the `window` samples ending at `end` are most like those a lag earlier.
 * Reads window + longest samples before `end`.
 */
Pitch findPitch(const int16_t* end, size_t window, size_t shortest, size_t longest);

/** Likeness of two stretches of `count` samples, −1…1; 1 when both are silent. */
float likeness(const int16_t* a, const int16_t* b, size_t count);

/** Root mean square. */
float level(const int16_t* in, size_t count);

/** Linear cross-fade: from `a` to `b` over `count` samples. `out` may be either. */
void crossFade(const int16_t* a, const int16_t* b, size_t count, int16_t* out);

}  // namespace offhook
