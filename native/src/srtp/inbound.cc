// RFC 3711 §3.3 and §3.4 from the end of the packet to its front.
#include "inbound.h"

#include <algorithm>

#include "../rtp/packet.h"

namespace offhook {

namespace {
constexpr size_t kRtcpHeader = 8;
/** Size of the RTP header with CSRCs and extension; 0 for what has none (RFC 3550 §5.1). */
size_t rtpHeaderSize(const uint8_t* packet, size_t size) {
  if (size < kRtpHeaderSize || packet[0] >> 6 != 2) return 0;
  size_t header = kRtpHeaderSize + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (header + 4 > size) return 0;
    header += 4 + 4u * read16(packet + header + 2);
  }
  return header <= size ? header : 0;
}
}  // namespace

SrtpInbound::SrtpInbound(SrtpSuite suite, const SrtpKey& key)
    : rtp_(suite, deriveKeys(suite, key.key, false), false, false), rtcp_(suite, deriveKeys(suite, key.key, true), true, false), mki_(key.mki) {}

SrtpInbound::Source* SrtpInbound::find(Sources& sources, uint32_t ssrc) {
  for (Source& each : sources)
    if (each.heard != 0 && each.ssrc == ssrc) return &each;
  return nullptr;
}

void SrtpInbound::count(Sources& sources, Source* source, uint32_t ssrc, int64_t index) {
  if (!source) {
    source = &*std::min_element(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.heard < b.heard; });
    *source = Source();
    source->ssrc = ssrc;
  }
  source->heard = ++counted_;
  source->window.add(index);
}

bool SrtpInbound::hasMki(const uint8_t* at) const {
  return std::equal(mki_.begin(), mki_.end(), at, [](char ours, uint8_t theirs) { return uint8_t(ours) == theirs; });
}

bool SrtpInbound::tryRtp(uint8_t* packet, size_t header, size_t size, uint32_t ssrc, int64_t index, const uint8_t* tag) {
  return rtp_.open(packet, header, size, {ssrc, uint64_t(index)}, uint32_t(index >> 16), tag);
}

SrtpInbound::Verdict SrtpInbound::openRtp(uint8_t* packet, size_t& size) {
  const size_t trailer = rtp_.tagSize() + mki_.size();
  if (size < trailer) return Verdict::Malformed;
  const size_t plain = size - trailer, header = rtpHeaderSize(packet, plain);
  if (header == 0) return Verdict::Malformed;
  const uint8_t* const end = packet + plain;
  if (!hasMki(end + (rtp_.isGcm() ? rtp_.tagSize() : 0))) return Verdict::Forged;
  const uint8_t* const tag = end + (rtp_.isGcm() ? 0 : mki_.size());
  const uint16_t sequence = read16(packet + 2);
  const uint32_t ssrc = read32(packet + 8);

  Source* const source = find(rtpSources_, ssrc);
  int64_t index = source ? extendSequence(source->window.highest(), sequence) : sequence;
  const bool isFresh = index >= 0 && (!source || source->window.isFresh(index));
  if (!isFresh || !tryRtp(packet, header, plain, ssrc, index, tag)) {
    // Its numbers may have wrapped once more than we have heard: before its first packet here, or in a gap of more than half of them.
    index += 0x10000;
    if (!tryRtp(packet, header, plain, ssrc, index, tag)) return isFresh ? Verdict::Forged : Verdict::Replayed;
  }
  count(rtpSources_, source, ssrc, index);
  size = plain;
  return Verdict::Ok;
}

SrtpInbound::Verdict SrtpInbound::openRtcp(uint8_t* packet, size_t& size) {
  const size_t trailer = rtcp_.tagSize() + 4 + mki_.size();
  if (size < kRtcpHeader + trailer || packet[0] >> 6 != 2) return Verdict::Malformed;
  const size_t plain = size - trailer;
  const uint8_t* const end = packet + plain;
  const uint8_t* const at = end + (rtcp_.isGcm() ? rtcp_.tagSize() : 0);
  const uint8_t* const tag = end + (rtcp_.isGcm() ? 0 : 4 + mki_.size());
  const uint32_t word = read32(at), ssrc = read32(packet + 4);
  // UNENCRYPTED_SRTCP is never agreed to, so what comes so is not from the peer.
  if (!hasMki(at + 4) || word >> 31 == 0) return Verdict::Forged;
  const int64_t index = word & 0x7fffffff;
  Source* const source = find(rtcpSources_, ssrc);
  if (source && !source->window.isFresh(index)) return Verdict::Replayed;
  if (!rtcp_.open(packet, kRtcpHeader, plain, {ssrc, uint64_t(index)}, word, tag)) return Verdict::Forged;
  count(rtcpSources_, source, ssrc, index);
  size = plain;
  return Verdict::Ok;
}

}  // namespace offhook
