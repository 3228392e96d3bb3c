// A digit on its way through the engine, however it was heard.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

/** Said once when it begins and once when it ends, with its duration. */
struct Digit {
  char digit = 0;
  bool ended = false;
  uint32_t durationMs = 0;
  /** So long before this is said it began, where that is known: packets that said so earlier may be lost. */
  int64_t agoNs = 0;
};

/** What one packet or one tick brings at most: one digit ends, another begins and ends. */
struct Digits {
  Digit items[3];
  size_t count = 0;
};

}  // namespace offhook
