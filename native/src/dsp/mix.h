// Adding blocks of samples: 32-bit accumulation, one saturation at the end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace offhook {

inline int16_t saturate(int32_t value) { return static_cast<int16_t>(std::clamp<int32_t>(value, -32768, 32767)); }

inline void accumulate(int32_t* __restrict sum, const int16_t* __restrict in, size_t samples) {
  for (size_t i = 0; i < samples; i++) sum[i] += in[i];
}

inline void saturate(const int32_t* __restrict sum, int16_t* __restrict out, size_t samples) {
  for (size_t i = 0; i < samples; i++) out[i] = saturate(sum[i]);
}

}  // namespace offhook
