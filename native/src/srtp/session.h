// SRTP of a stream: keys each way that can change under way, or none. All on the tick thread.
#pragma once

#include <memory>

#include "inbound.h"
#include "outbound.h"

namespace offhook {

class SrtpSession {
 public:
  /** Made beforehand; after exchange() what is not needed any more. */
  struct Keys {
    std::unique_ptr<SrtpOutbound> out;
    std::unique_ptr<SrtpInbound> in;
  };
  static Keys make(const std::optional<SrtpConfig>& config);

  /**
   * From `before` to `after`, for which `keys` were made: counters go on under a key that stays. Under a new one packets of
   * the last are taken until the first of the new. True when counters begin anew: the sender then needs another SSRC, or what
   * was sent under this key once, before a plain while, could be sent again with the same keystream.
   */
  bool exchange(const std::optional<SrtpConfig>& before, const std::optional<SrtpConfig>& after, Keys& keys);

  /** The size to be sent, or 0: not at all. Needs kMostSrtpTrailer bytes of room behind the packet. */
  size_t protectRtp(uint8_t* packet, size_t size) { return keys_.out ? keys_.out->protectRtp(packet, size) : size; }
  size_t protectRtcp(uint8_t* packet, size_t size) { return keys_.out ? keys_.out->protectRtcp(packet, size) : size; }
  /** False for what is not authentic, or has come before: not to be used. */
  bool openRtp(uint8_t* packet, size_t& size) { return open(packet, size, &SrtpInbound::openRtp); }
  bool openRtcp(uint8_t* packet, size_t& size) { return open(packet, size, &SrtpInbound::openRtcp); }

  uint64_t forged() const { return forged_; }
  uint64_t replayed() const { return replayed_; }

 private:
  bool open(uint8_t* packet, size_t& size, SrtpInbound::Verdict (SrtpInbound::*open)(uint8_t*, size_t&));

  Keys keys_;
  /** Its key is of the agreement before, in use until the peer uses the new one. */
  std::unique_ptr<SrtpInbound> last_;
  bool lastCounts_ = false;
  uint64_t forged_ = 0, replayed_ = 0;
};

}  // namespace offhook
