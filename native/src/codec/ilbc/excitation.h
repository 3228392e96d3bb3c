// The excitation of a frame (RFC 3951 §3.5, §3.6, §4.2–4.4): a state of some 57 samples coded one by one, and from there forwards and
// backwards blocks that are made of what lies nearer to the state.
#pragma once

#include "frame.h"

namespace offhook::ilbc {

/** Vectors of up to 40 samples out of what was before, in two halves: as it was, and filtered. */
class Codebook {
 public:
  static constexpr size_t kMemory = 147, kShortMemory = 85;

  /** `memory` is the last `length` samples, the newest last; vectors are of `samples`. */
  Codebook(const float* memory, size_t length, size_t samples);

  size_t size() const { return 2 * half_; }
  size_t samples() const { return samples_; }
  const float* memory() const { return memory_.data(); }
  size_t length() const { return length_; }
  /** Any `index` of 8 bits. */
  void vector(size_t index, float* out) const;

 private:
  const size_t length_, samples_;
  /** Vectors cut out of the memory, and with those led over from a shorter lag. */
  const size_t plain_, half_;
  std::array<float, kMemory> memory_, filtered_;
};

std::array<float, kStages> gainsOf(const Vector& vector);
/** The sum of its three steps. */
void build(const Codebook& codebook, const Vector& vector, float* out);

/** The state's samples of what was coded; `synthesis` is that of the block where it begins, or its first part lies (§4.2). */
void buildState(const Mode& mode, const Frame& frame, const Polynomial& synthesis, float* out);

/** A part of the frame still to be built. */
struct Part {
  size_t at, samples;
  /** The block whose weighting is used. */
  size_t block;
  /** Time runs backwards: the first sample of what is made is the last of the part. */
  bool backwards;
};

/** Where the coded samples of the state begin. */
inline size_t stateAt(const Mode& mode, const Frame& frame) {
  return size_t(frame.start - 1) * kSub + (frame.stateFirst ? 0 : kState - mode.shortState);
}

/**
 * Builds all but the state, in the order both ends keep. `make(part, codebook, vector, out)` fills `out`; `F` is Frame, const or not.
 */
template <typename F, typename Make>
void buildRest(const Mode& mode, F& frame, float* excitation, Make make) {
  const size_t state = size_t(frame.start - 1) * kSub;
  const auto build = [&](const Part& part, size_t from, size_t to, size_t memory, auto& vector) {
    // What is known lies in [from, to) and touches the part.
    std::array<float, Codebook::kMemory> known{};
    for (size_t k = 0; k < memory && k < to - from; k++) known[memory - 1 - k] = excitation[part.backwards ? from + k : to - 1 - k];
    const Codebook codebook(known.data(), memory, part.samples);
    std::array<float, kSub> made;
    make(part, codebook, vector, made.data());
    for (size_t i = 0; i < part.samples; i++) excitation[part.at + (part.backwards ? part.samples - 1 - i : i)] = made[i];
  };
  const size_t rest = kState - mode.shortState, start = size_t(frame.start);
  if (frame.stateFirst) {
    build({state + mode.shortState, rest, start, false}, state, state + mode.shortState, Codebook::kShortMemory, frame.rest);
  } else {
    build({state, rest, start - 1, true}, state + rest, state + kState, Codebook::kShortMemory, frame.rest);
  }
  size_t next = 0;
  for (size_t block = start + 1; block < mode.subs; block++)
    build({block * kSub, kSub, block, false}, state, block * kSub, Codebook::kMemory, frame.blocks[next++]);
  for (size_t block = start - 1; block-- > 0;)
    build({block * kSub, kSub, block, true}, (block + 1) * kSub, mode.samples, Codebook::kMemory, frame.blocks[next++]);
}

}  // namespace offhook::ilbc
