// Where tag, word and MKI stand: behind one another in counter mode with the tag last; with GCM the tag belongs to the ciphertext.
#include "outbound.h"

#include <algorithm>

#include "../rtp/packet.h"

namespace offhook {

SrtpOutbound::SrtpOutbound(SrtpSuite suite, const SrtpKey& key, SrtpStart start)
    : rtp_(suite, deriveKeys(suite, key.key, false), false, true), rtcp_(suite, deriveKeys(suite, key.key, true), true, true),
      mki_(key.mki), rtcpIndex_(start.rtcpIndex), firstRollovers_(start.rollovers) {}

size_t SrtpOutbound::protectRtp(uint8_t* packet, size_t size) {
  const uint16_t sequence = read16(packet + 2);
  const uint32_t ssrc = read32(packet + 8);
  index_ = index_ < 0 || ssrc != ssrc_ ? int64_t(firstRollovers_) << 16 | sequence : extendSequence(index_, sequence);
  ssrc_ = ssrc;
  if (index_ >> 48 != 0) return 0;
  uint8_t* const end = packet + size;
  uint8_t* const mki = end + (rtp_.isGcm() ? rtp_.tagSize() : 0);
  uint8_t* const tag = end + (rtp_.isGcm() ? 0 : mki_.size());
  if (!rtp_.seal(packet, kRtpHeaderSize, size, {ssrc, uint64_t(index_)}, uint32_t(index_ >> 16), tag)) return 0;
  std::copy(mki_.begin(), mki_.end(), mki);
  return size + rtp_.tagSize() + mki_.size();
}

size_t SrtpOutbound::protectRtcp(uint8_t* packet, size_t size) {
  if (rtcpIndex_ >> 31 != 0) return 0;
  const uint32_t index = rtcpIndex_++, word = 0x80000000u | index;
  uint8_t* const end = packet + size;
  uint8_t* const at = end + (rtcp_.isGcm() ? rtcp_.tagSize() : 0);
  uint8_t* const tag = end + (rtcp_.isGcm() ? 0 : 4 + mki_.size());
  if (!rtcp_.seal(packet, 8, size, {read32(packet + 4), index}, word, tag)) return 0;
  write32(at, word);
  std::copy(mki_.begin(), mki_.end(), at + 4);
  return size + rtcp_.tagSize() + 4 + mki_.size();
}

}  // namespace offhook
