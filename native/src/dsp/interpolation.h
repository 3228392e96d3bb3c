// Values between samples.
#pragma once

#include <cstdint>

namespace offhook {

/** Between at[0] and at[1], a share of 0…1 on the way, by the cubic through them that has the slopes of their neighbours. */
template <typename Sample>
inline float cubic(const Sample* at, float share) {
  const float a = float(at[-1]), b = float(at[0]), c = float(at[1]), d = float(at[2]);
  return b + 0.5f * share * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
}

}  // namespace offhook
