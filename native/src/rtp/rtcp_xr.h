// Extended reports (RFC 3611): the VoIP metrics block of one source, written and read.
#pragma once

#include <cstddef>
#include <cstdint>

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

constexpr uint8_t kXr = 207;
constexpr size_t kXrSize = 8 + 36;

/** The packet of `ssrc` about the source `about`: kXrSize bytes to `out`. */
size_t buildXr(uint32_t ssrc, uint32_t about, const VoipMetrics& metrics, uint8_t* out);

/** `packet`: one whose header is checked. True when it has a block about `about`; other blocks are passed over. */
bool readXr(const uint8_t* packet, size_t size, uint32_t about, VoipMetrics& out);

}  // namespace offhook
