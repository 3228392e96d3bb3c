// RFC 3611 §2, §3, §4.4, §4.5 and §4.7 to fields and back.
#include "rtcp_xr.h"

#include "packet.h"

namespace offhook {

namespace {
constexpr uint8_t kReference = 4, kHeard = 5, kVoip = 7;
constexpr size_t kHeaderSize = 4, kReferenceSize = 12, kHeardSize = 12, kVoipSize = 36;

/** The header of a block of `size` bytes; where the next one goes. */
uint8_t* writeHeader(uint8_t* at, uint8_t kind, size_t size) {
  at[0] = kind;
  at[1] = 0;
  write16(at + 2, uint32_t(size / 4 - 1));
  return at + size;
}

uint8_t* writeVoice(uint32_t about, const VoipMetrics& metrics, uint8_t* at) {
  write32(at + 4, about);
  at[8] = metrics.lossRate, at[9] = metrics.discardRate, at[10] = metrics.burstDensity, at[11] = metrics.gapDensity;
  write16(at + 12, metrics.burstMs);
  write16(at + 14, metrics.gapMs);
  write16(at + 16, metrics.roundTripMs);
  write16(at + 18, metrics.endSystemMs);
  at[20] = metrics.signalLevel, at[21] = metrics.noiseLevel, at[22] = metrics.echoReturnLoss, at[23] = metrics.leastGap;
  at[24] = metrics.rating, at[25] = metrics.externalRating, at[26] = metrics.mosListening, at[27] = metrics.mosConversational;
  at[28] = metrics.receiver;
  at[29] = 0;
  write16(at + 30, metrics.bufferMs);
  write16(at + 32, metrics.bufferMaxMs);
  write16(at + 34, metrics.bufferLimitMs);
  return writeHeader(at, kVoip, kVoipSize);
}

VoipMetrics readVoice(const uint8_t* at) {
  VoipMetrics out;
  out.lossRate = at[8], out.discardRate = at[9], out.burstDensity = at[10], out.gapDensity = at[11];
  out.burstMs = read16(at + 12);
  out.gapMs = read16(at + 14);
  out.roundTripMs = read16(at + 16);
  out.endSystemMs = read16(at + 18);
  out.signalLevel = at[20], out.noiseLevel = at[21], out.echoReturnLoss = at[22], out.leastGap = at[23];
  out.rating = at[24], out.externalRating = at[25], out.mosListening = at[26], out.mosConversational = at[27];
  out.receiver = at[28];
  out.bufferMs = read16(at + 30);
  out.bufferMaxMs = read16(at + 32);
  out.bufferLimitMs = read16(at + 34);
  return out;
}
}  // namespace

size_t buildXr(uint32_t ssrc, uint32_t about, const XrBlocks& blocks, uint8_t* out) {
  uint8_t* at = out + 8;
  if (blocks.voice) at = writeVoice(about, *blocks.voice, at);
  if (blocks.reference) {
    write32(at + 4, uint32_t(*blocks.reference >> 32));
    write32(at + 8, uint32_t(*blocks.reference));
    at = writeHeader(at, kReference, kReferenceSize);
  }
  if (blocks.heard) {
    write32(at + 4, blocks.heard->ssrc);
    write32(at + 8, blocks.heard->time);
    write32(at + 12, blocks.heard->delay);
    at = writeHeader(at, kHeard, kHeaderSize + kHeardSize);
  }
  const size_t size = size_t(at - out);
  if (size == 8) return 0;
  out[0] = 0x80;
  out[1] = kXr;
  write16(out + 2, uint32_t(size / 4 - 1));
  write32(out + 4, ssrc);
  return size;
}

void readXr(const uint8_t* packet, size_t size, uint32_t about, XrBlocks& out) {
  for (size_t start = 8; start + kHeaderSize <= size;) {
    const uint8_t* const at = packet + start;
    const size_t length = 4 * (size_t(read16(at + 2)) + 1);
    if (length > size - start) return;
    start += length;
    if (at[0] == kVoip && length == kVoipSize && read32(at + 4) == about) out.voice = readVoice(at);
    if (at[0] == kReference && length == kReferenceSize) out.reference = uint64_t(read32(at + 4)) << 32 | read32(at + 8);
    for (size_t i = kHeaderSize; at[0] == kHeard && i + kHeardSize <= length; i += kHeardSize)
      if (read32(at + i) == about) out.heard = ReferenceHeard{about, read32(at + i + 4), read32(at + i + 8)};
  }
}

}  // namespace offhook
