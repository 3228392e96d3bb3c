// One key, heard twice: a gateway that sends named events (RFC 4733) often lets the tone through too, the whole of it or
// its first moments. Named events are always believed; a tone beside them is not said again.
#pragma once

#include <cstdint>

#include "base/digit.h"

namespace offhook {

class DigitMerger {
 public:
  /** A digit by named event; false when it is not to be said, because the same key was said as a tone. */
  bool named(const Digit& digit, int64_t nowNs) {
    const bool together = tone_.digit == digit.digit && !matched_ && (!tone_.ended || nowNs - toneNs_ < kTogetherNs);
    if (!digit.ended) {
      const bool begun = together;
      endSaid_ = together && tone_.ended;
      if (together) matched_ = true;
      named_ = digit;
      namedNs_ = nowNs;
      return !begun;
    }
    named_ = digit;
    namedNs_ = nowNs;
    return !endSaid_;
  }

  /** A digit by tone. */
  bool tone(const Digit& digit, int64_t nowNs) {
    if (!digit.ended) {
      const bool known = named_.digit == digit.digit && (!named_.ended || nowNs - namedNs_ < kTogetherNs);
      matched_ = known;
      if (known) tone_ = {};
      else tone_ = digit;
      return !known;
    }
    if (tone_.digit != digit.digit || tone_.ended) return false;
    tone_.ended = true;
    toneNs_ = nowNs;
    return !matched_;  // else the named event says when it ends
  }

 private:
  /** A tone has come through the jitter buffer and needs 30 ms to be known. */
  static constexpr int64_t kTogetherNs = 400'000'000;
  Digit tone_, named_;  // said last
  bool matched_ = false, endSaid_ = false;
  int64_t toneNs_ = 0, namedNs_ = 0;
};

}  // namespace offhook
