// RFC 3611 §2, §3 and §4.7 to fields and back.
#include "rtcp_xr.h"

#include "packet.h"

namespace offhook {

namespace {
constexpr uint8_t kVoip = 7;
constexpr size_t kVoipSize = 36;
}  // namespace

size_t buildXr(uint32_t ssrc, uint32_t about, const VoipMetrics& metrics, uint8_t* out) {
  out[0] = 0x80;
  out[1] = kXr;
  write16(out + 2, kXrSize / 4 - 1);
  write32(out + 4, ssrc);
  uint8_t* const at = out + 8;
  at[0] = kVoip;
  at[1] = 0;
  write16(at + 2, kVoipSize / 4 - 1);
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
  return kXrSize;
}

bool readXr(const uint8_t* packet, size_t size, uint32_t about, VoipMetrics& out) {
  for (size_t start = 8; start + 4 <= size;) {
    const uint8_t* const at = packet + start;
    const size_t length = 4 * (size_t(read16(at + 2)) + 1);
    if (length > size - start) return false;
    start += length;
    if (at[0] != kVoip || length != kVoipSize || read32(at + 4) != about) continue;
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
    return true;
  }
  return false;
}

}  // namespace offhook
