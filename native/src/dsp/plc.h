// Packet loss concealment: what was heard last goes on, fading to silence; speech that returns is overlapped with it. Where the
// speech after the hole is known already, it is led up to, and nothing fades.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "continuation.h"

namespace offhook {

class Concealer {
 public:
  /** Allocates. */
  explicit Concealer(uint32_t rate);

  /** Samples of history generate() reads at the start of a loss. */
  size_t historyNeeded() const { return forward_.most(); }

  /**
   * `count` samples for a hole whose history (historyNeeded() samples) ends at `end`. Further calls go on with the same hole.
   * With count 0 it only begins: recover() then overlaps two pieces of speech that do not belong together.
   */
  void generate(const int16_t* end, int16_t* out, size_t count);
  /** The hole, or the next part of it, was filled by somebody who will also lead back to the speech. */
  void noteFilled(size_t count);
  /** Between generate() and recover(). */
  bool isActive() const { return active_; }
  /** Samples made for this hole; 0 outside of one. */
  size_t madeFor() const { return made_; }
  /** True once the hole is so long that only silence comes. */
  bool isSilent() const { return made_ >= fadeEnd_; }
  /** Ends the hole: the first samples of `speech` are overlapped with the substitute. */
  void recover(int16_t* speech, size_t count);
  /**
   * Fills the rest of the hole, speech[-count … 0), from both sides and ends it; `known` samples of speech follow. Before the
   * rest lies what was heard, or what generate() has made. False when that is too much, or too little is known: nothing is done.
   */
  bool bridge(int16_t* speech, size_t count, size_t known);

 private:
  float gainAt(size_t made) const;
  void begin(const int16_t* end);
  int16_t next();
  /** By how much what is in ahead_ has to be moved to be at the end of the hole what follows it. */
  float misfit(const int16_t* speech, size_t count) const;

  const size_t tenMs_, fadeEnd_;
  /** What a fit of both sides is looked for in; how far off either may be. */
  const size_t window_, reach_;
  Continuation forward_, backward_;
  std::vector<int16_t> tail_;
  /** The two sides of a bridge, reach_ of margin before and behind. */
  std::vector<float> ahead_, back_;
  size_t made_ = 0;
  bool active_ = false, filled_ = false;
};

}  // namespace offhook
