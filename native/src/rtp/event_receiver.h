// Received telephone events (RFC 4733 §2.5.2): one start and one end for each digit, whichever packets are lost.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../base/digit.h"

namespace offhook {

/** The sixteen digits by event code. */
constexpr char kDigits[] = "0123456789*#ABCD";
constexpr int kDigitCount = 16;

class EventReceiver {
 public:
  explicit EventReceiver(uint32_t clockRate = 8000) : clockRate_(clockRate) {}
  /** Hz. */
  void setClockRate(uint32_t clockRate) { clockRate_ = clockRate; }

  /** A packet of the event payload type; `timestamp` extended. `late`: it says how it was so long before, in units of the clock. */
  Digits receive(int64_t timestamp, const uint8_t* payload, size_t size, int64_t nowNs, int64_t late = 0);
  /** Ends a digit of which nothing has been heard for too long (its end packets are lost). */
  Digits tick(int64_t nowNs);
  /** Another source: its timestamps have nothing to do with those before. */
  Digits restart();

 private:
  void end(Digits& out);
  uint32_t toMs(int64_t duration) const { return uint32_t(duration * 1000 / clockRate_); }

  uint32_t clockRate_;
  bool any_ = false, open_ = false;
  uint8_t code_ = 0;
  /** Of the first segment of the last event, of its last segment, and what lies in the segments before that. */
  int64_t began_ = 0, segment_ = 0;
  int64_t duration_ = 0;
  int64_t heardNs_ = 0;
};

}  // namespace offhook
