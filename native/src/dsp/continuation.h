// How a sound would go on: its last pitch periods repeated, longer or shorter as the pitch glides, first one of them, later two
// and three (the principle of ITU-T G.711 Appendix I), the softer the less alike they were, and fading as they faded. Read backwards it
// says what led up to a sound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offhook {

struct Pitch;

class Continuation {
 public:
  /** Allocates. */
  explicit Continuation(uint32_t rate);

  /** Samples of the past that begin() makes use of, and the least it needs. */
  size_t most() const { return longest_ * 3 + longest_ / 4 + 1; }
  size_t least() const { return window_ + 2 * shortest_; }
  /** From the `count` samples before `end` on. */
  void begin(const int16_t* end, size_t count);
  /** Backwards from `start`: the first samples of what follows are its past. */
  void beginBackwards(const int16_t* start, size_t count);
  float next();

  /** Samples of one period. */
  size_t period() const { return period_; }

 private:
  void analyse();
  /** Samples by which the period grows from one to the next; 0 when that is not plain. */
  float glideFrom(const Pitch& pitch) const;
  /** What the level falls by from one sample to the next, 0…1; `end` of the past. */
  float fadeFrom(const int16_t* end) const;
  /** Of the last `periods`, at a place in them. */
  float at(size_t periods, float position) const;
  float sampleAt(float index) const;
  float wrapped(size_t periods, float position) const;
  float gain() const;

  const size_t shortest_, longest_, tenMs_;
  /** What the pitch is looked for in: the voice as it was last, not as it was before. */
  const size_t window_;
  /** What a cubic reads from a place on, which the rounding of a float may put at the very end. */
  static constexpr size_t kBeyond = 3;
  /** The past, of which the last `known_` are known, and kBeyond samples more so that each has neighbours. */
  std::vector<int16_t> past_;
  size_t known_ = 0;
  size_t period_ = 0, periods_ = 1, before_ = 1, made_ = 0, changed_ = 0;
  float position_ = 0, positionBefore_ = 0;
  /** What it is made softer to, 0…1. */
  float trust_ = 1;
  /** By which it becomes softer with each sample, and has become so far. */
  float fade_ = 1, faded_ = 1;
  /** The period as it was in the last window. */
  float exact_ = 0, glide_ = 0;
  /** How far the last known sample lies from the one before the repeated period: faded out, so nothing clicks. */
  float step_ = 0;
};

}  // namespace offhook
