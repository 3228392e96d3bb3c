// An event goes with those after it as far back as fourteen bits of timestamp reach: two seconds at 8 kHz.
#include "event_history.h"

#include <algorithm>

#include "packet.h"
#include "redundancy.h"

namespace offhook {

namespace {
/** §2.3.3: in −dBm0, the usual level of a key. */
constexpr uint8_t kVolume = 8;
}  // namespace

void writeEvent(uint8_t code, bool ends, uint32_t duration, uint8_t* out) {
  out[0] = code;
  out[1] = uint8_t((ends ? 0x80 : 0) | kVolume);
  write16(out + 2, duration);
}

void EventHistory::add(uint8_t code, uint32_t timestamp, uint32_t duration) {
  if (count_ == kMost) std::move(items_ + 1, items_ + kMost, items_);
  else ++count_;
  items_[count_ - 1] = {code, timestamp, duration};
}

size_t EventHistory::write(uint32_t timestamp, unsigned events, uint8_t payloadType, uint8_t* out) const {
  unsigned first = count_ - std::min(events, count_);
  while (first < count_ && timestamp - items_[first].timestamp > kMostRedundancyOffset) ++first;
  if (first == count_) return 0;
  uint8_t* at = out;
  for (unsigned i = first; i < count_; i++, at += kRedundantHeaderSize)
    writeRedundantHeader(payloadType, timestamp - items_[i].timestamp, kEventSize, at);
  *at++ = payloadType;
  for (unsigned i = first; i < count_; i++, at += kEventSize) writeEvent(items_[i].code, true, items_[i].duration, at);
  return size_t(at - out);
}

}  // namespace offhook
