// An event is known by its timestamp; every packet of it says how long it lasts so far.
#include "event_receiver.h"

#include <algorithm>

#include "packet.h"

namespace offhook {

namespace {
/** §2.5.2.2 asks for three packet intervals at least; senders use up to 50 ms. */
constexpr int64_t kSilentNs = 200'000'000;
constexpr int64_t kWholeSegment = 0xffff;
}  // namespace

void EventReceiver::end(Digits& out) {
  open_ = false;
  out.items[out.count++] = {kDigits[code_], true, toMs(duration_), 0};
}

Digits EventReceiver::receive(int64_t timestamp, const uint8_t* payload, size_t size, int64_t nowNs, int64_t late) {
  Digits out;
  if (size < 4) return out;
  const uint8_t code = payload[0];
  const bool ends = payload[1] & 0x80;
  const int64_t duration = read16(payload + 2);
  if (code >= kDigitCount) return out;
  if (any_ && timestamp < segment_) return out;  // Of an earlier event or segment, overtaken.
  const bool same = any_ && timestamp == segment_ && code == code_;
  // §2.5.1.3: a long event goes on as a new one that begins where the duration of the last ended, or was to end: the packet that
  // said so may be lost, or all for so long that the event was taken for ended.
  const bool goesOn = any_ && code == code_ && (timestamp == segment_ + kWholeSegment || (open_ && timestamp == began_ + duration_));
  if (goesOn) {
    segment_ = timestamp;
  } else if (!same) {
    if (open_) end(out);
    any_ = open_ = true;
    code_ = code;
    began_ = segment_ = timestamp;
    duration_ = 0;
    out.items[out.count++] = {kDigits[code], false, 0, (duration + late) * 1'000'000'000 / clockRate_};
  }
  if (!open_) return out;  // An end packet sent again.
  heardNs_ = nowNs;
  duration_ = std::max(duration_, segment_ - began_ + duration);
  if (ends) end(out);
  return out;
}

Digits EventReceiver::tick(int64_t nowNs) {
  Digits out;
  if (open_ && nowNs - heardNs_ >= kSilentNs) end(out);
  return out;
}

Digits EventReceiver::restart() {
  Digits out;
  if (open_) end(out);
  any_ = false;
  return out;
}

}  // namespace offhook
