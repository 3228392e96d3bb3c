// Three steps: each takes the vector that leaves the least of what the one before has left.
#include "search.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tables.h"

namespace offhook::ilbc {

namespace {
constexpr size_t kMostVectors = 256;
/** §3.6.4.1: a louder vector would let errors grow from block to block. */
constexpr float kMostGain = 1.3f;
constexpr float kLeastScale = 0.1f;

template <size_t N>
int nearest(const std::array<float, N>& table, float value) {
  size_t best = 0;
  for (size_t i = 1; i < N; i++) {
    if (std::abs(value - table[i]) < std::abs(value - table[best])) best = i;
  }
  return int(best);
}

/** Of the vectors of 40 samples, those whose index fits 7 bits (see frame.cc). */
bool fitsSevenBits(size_t index) { return index < 44 || (index >= 108 && index < 172) || index >= 236; }

/** With nothing after its `samples`: looked at four at a time. */
using Row = std::array<float, kSub>;

float dot(const Row& a, const Row& b, size_t samples) {
  using Four [[gnu::vector_size(16)]] = float;
  Four sum{}, x, y;
  for (size_t i = 0; i < samples; i += 4) {
    std::memcpy(&x, &a[i], sizeof x);
    std::memcpy(&y, &b[i], sizeof y);
    sum += x * y;
  }
  return sum[0] + sum[1] + sum[2] + sum[3];
}
}  // namespace

void weigh(const Polynomial& weights, float* samples, size_t count) {
  for (size_t n = 0; n < count; n++) {
    for (size_t k = 1; k <= std::min(n, kOrder); k++) samples[n] -= weights[k] * samples[n - k];
  }
}

Vector search(const Codebook& codebook, const float* target, bool halfSearched) {
  const size_t count = codebook.samples(), vectors = std::min(codebook.size(), kMostVectors);
  std::array<Row, kMostVectors> all;
  std::array<float, kMostVectors> energies;
  for (size_t i = 0; i < vectors; i++) {
    codebook.vector(i, all[i].data());
    std::fill(all[i].begin() + long(count), all[i].end(), 0.0f);
    energies[i] = dot(all[i], all[i], count);
  }
  Row meant{}, left, made{};
  std::copy_n(target, count, meant.begin());
  left = meant;
  Vector out;
  float scale = 1;
  for (size_t step = 0; step < kStages; step++) {
    size_t best = 0;
    float most = 0, gain = 0;
    for (size_t i = 0; i < vectors; i++) {
      if (energies[i] <= 0 || (halfSearched && step > 0 && !fitsSevenBits(i))) continue;
      const float likeness = dot(all[i], left, count), wanted = likeness / energies[i];
      // The first gain has no sign.
      const float measure = step == 0 && likeness < 0 ? 0 : likeness * wanted;
      if (measure <= most || std::abs(wanted) >= kMostGain) continue;
      most = measure;
      best = i;
      gain = wanted;
    }
    out.index[step] = int(best);
    const float share = gain / scale;
    out.gain[step] = step == 0 ? nearest(kGains1, share) : step == 1 ? nearest(kGains2, share) : nearest(kGains3, share);
    const float quantised = gainsOf(out)[step];
    for (size_t i = 0; i < count; i++) {
      left[i] -= quantised * all[best][i];
      made[i] += quantised * all[best][i];
    }
    scale = std::max(kLeastScale, std::abs(quantised));
  }
  // §3.6.4.3: what was made is quieter than what was meant; all three are raised by the first, not beyond twice.
  const float wanted = dot(meant, meant, count), is = dot(made, made, count), first = kGains1[size_t(out.gain[0])];
  for (size_t i = size_t(out.gain[0]) + 1; i < kGains1.size(); i++) {
    const float factor = kGains1[i] / first;
    if (factor < 2 && is * factor * factor < wanted) out.gain[0] = int(i);
  }
  return out;
}

}  // namespace offhook::ilbc
