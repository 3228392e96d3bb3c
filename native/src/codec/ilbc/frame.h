// One frame of iLBC as numbers, and the two lengths there are (RFC 3951 §3.8, table 3.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace offhook::ilbc {

constexpr size_t kOrder = 10, kSub = 40, kMostSubs = 6, kMostSamples = 240, kState = 80, kMostShortState = 58, kStages = 3;

/** Line spectral frequencies, radians, rising. */
using Spectrum = std::array<float, kOrder>;
/** Of a predictor: 1, a1 … a10. */
using Polynomial = std::array<float, kOrder + 1>;
/** One for each block of 40 samples. */
using Polynomials = std::array<Polynomial, kMostSubs>;

struct Mode {
  size_t samples, subs, shortState, spectra, bytes;
};
constexpr Mode k20Ms{160, 4, 57, 1, 38}, k30Ms{240, 6, 58, 2, 50};

/** A vector of the adaptive codebook, in three steps. */
struct Vector {
  std::array<int, kStages> index{}, gain{};
};

struct Frame {
  std::array<int, 6> spectrum{};
  /** The two blocks with the most energy are `start` − 1 and `start`. */
  int start = 1;
  /** The samples coded one by one are the first of those two blocks'; else the last. */
  int stateFirst = 0;
  int scale = 0;
  std::array<int, kMostShortState> state{};
  /** The rest of the two blocks; the blocks after them, then those before. */
  Vector rest;
  std::array<Vector, kMostSubs - 2> blocks;
};

/** `bytes` of them. */
void write(const Mode& mode, const Frame& frame, uint8_t* out);
/** False for a frame its sender marked as empty, or with a `start` that cannot be. */
bool read(const Mode& mode, const uint8_t* in, Frame& frame);

}  // namespace offhook::ilbc
