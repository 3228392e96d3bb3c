// The receiving half of SRTP and SRTCP (RFC 3711 §3.3, §3.4): guesses the index, checks, and only then believes.
#pragma once

#include "replay_window.h"
#include "transform.h"

namespace offhook {

class SrtpInbound {
 public:
  enum class Verdict { Ok, Malformed, Forged, Replayed };

  SrtpInbound(SrtpSuite suite, const SrtpKey& key);

  /** Opens a packet in place; `size` becomes that of the RTP packet. Anything but Ok leaves it as it came. */
  Verdict openRtp(uint8_t* packet, size_t& size);
  Verdict openRtcp(uint8_t* packet, size_t& size);

 private:
  /** Sources known at once, RTP and RTCP each; only authentic packets make one, the one heard of longest ago gives way. */
  static constexpr size_t kSources = 4;
  struct Source {
    uint32_t ssrc = 0;
    uint64_t heard = 0;
    ReplayWindow window;
  };
  using Sources = std::array<Source, kSources>;

  static Source* find(Sources& sources, uint32_t ssrc);
  void count(Sources& sources, Source* source, uint32_t ssrc, int64_t index);
  bool hasMki(const uint8_t* at) const;
  bool tryRtp(uint8_t* packet, size_t header, size_t size, uint32_t ssrc, int64_t index, const uint8_t* tag);

  SrtpTransform rtp_, rtcp_;
  const std::string mki_;
  Sources rtpSources_, rtcpSources_;
  uint64_t counted_ = 0;
};

}  // namespace offhook
