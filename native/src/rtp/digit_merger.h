// One key, heard twice: a gateway that sends named events (RFC 4733) often lets the tone through too, the whole of it or
// its first moments. Named events are always believed; a tone beside them is not said again, nor is an event that later packets bring
// (RFC 2198) once its tone was said.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/digit.h"

namespace offhook {

class DigitMerger {
 public:
  /** A digit by named event; false when it is not to be said, because the same key was said as a tone. */
  bool named(const Digit& digit, int64_t nowNs) {
    if (digit.ended) {
      Key& last = named_.last();
      last.ended = true;
      last.endedNs = last.begunNs + int64_t(digit.durationMs) * 1'000'000;
      return !endSaid_;
    }
    const int64_t begunNs = nowNs - digit.agoNs;
    named_.add({digit.digit, begunNs});
    Key* const tone = tones_.find([&](const Key& each) { return !each.matched && each.isAbout(digit.digit, begunNs); });
    endSaid_ = tone && tone->ended;
    if (tone) tone->matched = true;
    return !tone;
  }

  /** A digit by tone. */
  bool tone(const Digit& digit, int64_t nowNs) {
    if (!digit.ended) {
      sounding_ = !named_.find([&](const Key& each) { return each.isAbout(digit.digit, nowNs); });
      if (sounding_) tones_.add({digit.digit, nowNs});
      return sounding_;
    }
    if (!sounding_) return false;
    sounding_ = false;
    Key& last = tones_.last();
    last.ended = true;
    last.endedNs = nowNs;
    return !last.matched;  // else the named event says when it ends
  }

 private:
  /** A tone has come through the jitter buffer and needs 30 ms to be known. */
  static constexpr int64_t kTogetherNs = 400'000'000;
  /** More than go into what an offset of RFC 2198 says, 2 s at 8 kHz. */
  static constexpr size_t kRemembered = 32;

  /** One that was pressed. */
  struct Key {
    char digit = 0;
    int64_t begunNs = 0, endedNs = 0;
    bool ended = false;
    /** Of a tone: its event has come. */
    bool matched = false;

    /** What began then by the other way may be the same. */
    bool isAbout(char other, int64_t otherNs) const {
      return digit == other && otherNs > begunNs - kTogetherNs && (!ended || otherNs < endedNs + kTogetherNs);
    }
  };

  /** The last ones of one way. */
  class Keys {
   public:
    Key& last() { return keys_[at_]; }
    void add(const Key& key) { keys_[at_ = (at_ + 1) % kRemembered] = key; }
    /** The oldest one that fits; null: none. */
    template <typename Fits>
    Key* find(Fits fits) {
      for (size_t i = 1; i <= kRemembered; i++)
        if (Key& each = keys_[(at_ + i) % kRemembered]; fits(each)) return &each;
      return nullptr;
    }

   private:
    std::array<Key, kRemembered> keys_;
    size_t at_ = 0;
  };

  /** Of the tones those that were said. */
  Keys tones_, named_;
  /** The last tone was said and has not ended. */
  bool sounding_ = false;
  /** The end of the last event was said as that of its tone. */
  bool endSaid_ = false;
};

}  // namespace offhook
