// What telephone events sent before came to, for the redundancy of the next (RFC 4733 §2.6).
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

/** RFC 4733 §2.3. */
constexpr size_t kEventSize = 4;
void writeEvent(uint8_t code, bool ends, uint32_t duration, uint8_t* out);

class EventHistory {
 public:
  /** The most events before that a packet carries. */
  static constexpr unsigned kMost = 2;

  /** An event that has ended; times in units of the RTP clock. */
  void add(uint8_t code, uint32_t timestamp, uint32_t duration);
  void clear() { count_ = 0; }
  /**
   * What comes before the event itself in a redundant payload at `timestamp`: headers of up to `events` events before, that of the
   * event itself, and their data. Returns its size, at most kRoom; 0: none is near enough.
   */
  size_t write(uint32_t timestamp, unsigned events, uint8_t payloadType, uint8_t* out) const;
  static constexpr size_t kRoom = kMost * (4 + kEventSize) + 1;

 private:
  struct {
    uint8_t code = 0;
    uint32_t timestamp = 0, duration = 0;
  } items_[kMost];  // oldest first
  unsigned count_ = 0;
};

}  // namespace offhook
