// Extended reports (RFC 3611): the blocks this product uses, written and read: VoIP metrics, and the round trip of who sends no sound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace offhook {

/** §4.7 as on the wire: rates and densities in 1/256, times in ms; levels, R and MOS (in tenths) 127 where they are not known. */
struct VoipMetrics {
  uint8_t lossRate = 0, discardRate = 0, burstDensity = 0, gapDensity = 0;
  uint16_t burstMs = 0, gapMs = 0, roundTripMs = 0, endSystemMs = 0;
  uint8_t signalLevel = 127, noiseLevel = 127, echoReturnLoss = 127, leastGap = 16;
  uint8_t rating = 127, externalRating = 127, mosListening = 127, mosConversational = 127;
  uint8_t receiver = 0;
  uint16_t bufferMs = 0, bufferMaxMs = 0, bufferLimitMs = 0;
};

/** §4.5: the last reference time of the source `ssrc`, and how long ago it came. */
struct ReferenceHeard {
  uint32_t ssrc = 0;
  /** The middle 32 bits of its NTP time. */
  uint32_t time = 0;
  /** In 1/65536 s. */
  uint32_t delay = 0;
};

/** The blocks of a packet. */
struct XrBlocks {
  std::optional<VoipMetrics> voice;
  /** §4.4: what time it is there, NTP, 32.32 bits. */
  std::optional<uint64_t> reference;
  std::optional<ReferenceHeard> heard;
};

constexpr uint8_t kXr = 207;
/** The most that buildXr() writes. */
constexpr size_t kXrSize = 8 + 36 + 12 + 16;

/** The packet of `ssrc`, what it says of voice about the source `about`. Its size; 0: no block. */
size_t buildXr(uint32_t ssrc, uint32_t about, const XrBlocks& blocks, uint8_t* out);

/** Adds to `out`. `packet`: one whose header is checked. Blocks of other kinds, cut short or about others than `about` are passed over. */
void readXr(const uint8_t* packet, size_t size, uint32_t about, XrBlocks& out);

}  // namespace offhook
