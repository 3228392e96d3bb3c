// Any bytes as SRTP and SRTCP, and real packets bent by the input: only what is whole and new may open, as it was.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "rtp/packet.h"
#include "srtp/inbound.h"
#include "srtp/outbound.h"

using namespace offhook;

namespace {
SrtpKey keyOf(SrtpSuite suite, uint8_t fill) {
  uint8_t bytes[KeyBytes::kMost];
  std::memset(bytes, fill, sizeof bytes);
  return {KeyBytes(bytes, partsOf(suite).key + partsOf(suite).salt), fill & 1 ? "mki" : ""};
}
constexpr size_t kMost = SrtpTransform::kMostPacket;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const auto suite = SrtpSuite(data[0] % 6);
  const SrtpKey key = keyOf(suite, data[1]);
  SrtpOutbound out(suite, key);
  SrtpInbound in(suite, key);
  const bool rtcp = data[2] & 1;
  uint8_t packet[kMost];
  const auto open = [&](size_t& length) { return rtcp ? in.openRtcp(packet, length) : in.openRtp(packet, length); };

  size_t length = std::min(size - 3, kMost);
  std::memcpy(packet, data + 3, length);
  if (open(length) == SrtpInbound::Verdict::Ok) abort();  // Nobody guesses a tag.

  // The same bytes as the inside of a packet of ours.
  length = std::min(size - 3, kMost - kMostSrtpTrailer - kRtpHeaderSize);
  uint8_t plain[kMost] = {0x80, uint8_t(rtcp ? 201 : 0), 0, data[2]};
  std::memcpy(plain + kRtpHeaderSize, data + 3, length);
  const size_t inside = kRtpHeaderSize + length;
  std::memcpy(packet, plain, inside);
  const size_t sealed = rtcp ? out.protectRtcp(packet, inside) : out.protectRtp(packet, inside);
  uint8_t kept[kMost];
  std::memcpy(kept, packet, sealed);
  const size_t at = read16(data + 1) % sealed;
  packet[at] ^= uint8_t(data[3] | 1);
  size_t bent = sealed;
  if (open(bent) == SrtpInbound::Verdict::Ok) abort();
  std::memcpy(packet, kept, sealed);
  size_t whole = sealed;
  if (open(whole) != SrtpInbound::Verdict::Ok || whole != inside || std::memcmp(packet, plain, inside) != 0) abort();
  std::memcpy(packet, kept, sealed);
  whole = sealed;
  if (open(whole) != SrtpInbound::Verdict::Replayed) abort();
  return 0;
}
