// The sending half of SRTP and SRTCP (RFC 3711 §3.3, §3.4): one master key, counters, and their end.
#pragma once

#include "transform.h"

namespace offhook {

/** Where counters begin: at zero, save in tests of how they end. */
struct SrtpStart {
  uint32_t rollovers = 0, rtcpIndex = 0;
};

class SrtpOutbound {
 public:
  SrtpOutbound(SrtpSuite suite, const SrtpKey& key, SrtpStart start = {});

  /** Protects an RTP packet in place, with kMostSrtpTrailer bytes of room behind it; its new size. 0: not to be sent, the key is used up (§9.2). */
  size_t protectRtp(uint8_t* packet, size_t size);
  /** The same for a compound RTCP packet. */
  size_t protectRtcp(uint8_t* packet, size_t size);

 private:
  SrtpTransform rtp_, rtcp_;
  const std::string mki_;
  /** The last SSRC and the extended number of its last packet: rollovers are counted for each SSRC from zero. */
  uint32_t ssrc_ = 0;
  int64_t index_ = -1;
  uint32_t rtcpIndex_;
  const uint32_t firstRollovers_;
};

}  // namespace offhook
