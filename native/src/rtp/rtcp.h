// RTCP compound packets (RFC 3550 §6): SR, RR, SDES with CNAME, BYE; of extended reports (RFC 3611) some blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rtcp_xr.h"

namespace offhook {

struct ReportBlock {
  uint32_t ssrc = 0;
  /** Of the packets since the last report, in 1/256. */
  uint8_t fractionLost = 0;
  int32_t lost = 0;
  uint32_t highestSequence = 0;
  /** In RTP clock units. */
  uint32_t jitter = 0;
  uint32_t lastSr = 0;
  /** In 1/65536 s. */
  uint32_t delaySinceLastSr = 0;
};

struct SenderInfo {
  /** NTP time, 32.32 bits. */
  uint64_t ntp = 0;
  uint32_t rtpTimestamp = 0, packets = 0, octets = 0;
};

/** What a compound packet tells that this product uses. */
struct RtcpReport {
  uint32_t ssrc = 0;
  bool isSender = false;
  SenderInfo sender;
  /** The block about the SSRC asked for. */
  bool hasBlock = false;
  ReportBlock block;
  /** Of voice and of reference times: about the SSRC asked for. */
  XrBlocks extended;
  /** `ssrc` has left. */
  bool bye = false;
};

/** Header checks of RFC 3550 A.2. `about`: whose report block is wanted. False for what is no compound packet. */
bool parseRtcp(const uint8_t* data, size_t size, uint32_t about, RtcpReport& out);

/** Room for SR, one block, CNAME of 255 bytes and BYE. */
constexpr size_t kMaxRtcpSize = 28 + 24 + 272 + 8;

/** SR when `sender` is given, else RR; then SDES CNAME, then BYE when `bye`. The size written to `out` (kMaxRtcpSize bytes). */
size_t buildRtcp(uint32_t ssrc, const SenderInfo* sender, const ReportBlock* block, const std::string& cname, bool bye, uint8_t* out);

}  // namespace offhook
