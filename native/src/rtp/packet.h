// RTP packets (RFC 3550 §5.1): what is read from one, and the twelve bytes written before a payload.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

inline uint16_t read16(const uint8_t* at) { return uint16_t(at[0] << 8 | at[1]); }
inline uint32_t read24(const uint8_t* at) { return uint32_t(at[0]) << 16 | uint32_t(at[1]) << 8 | at[2]; }
inline uint32_t read32(const uint8_t* at) { return uint32_t(at[0]) << 24 | read24(at + 1); }
inline void write16(uint8_t* at, uint32_t value) { at[0] = uint8_t(value >> 8), at[1] = uint8_t(value); }
inline void write24(uint8_t* at, uint32_t value) { at[0] = uint8_t(value >> 16), write16(at + 1, value); }
inline void write32(uint8_t* at, uint32_t value) { at[0] = uint8_t(value >> 24), write24(at + 1, value); }

struct RtpHeader {
  bool marker = false;
  uint8_t payloadType = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
};

struct RtpView {
  RtpHeader header;
  const uint8_t* payload = nullptr;
  size_t payloadSize = 0;
};

constexpr size_t kRtpHeaderSize = 12;

/** On a port shared with RTP, where payload types 64–95 are not used (RFC 5761 §4). */
inline bool isRtcp(const uint8_t* data, size_t size) { return size > 1 && data[1] >= 192 && data[1] <= 223; }

/** STUN (RFC 8489 §5): some peers keep their way through NATs open with it, on the ports of RTP and RTCP. */
inline bool isStun(const uint8_t* data, size_t size) { return size >= 20 && data[0] < 4 && read32(data + 4) == 0x2112a442; }

/** Skips CSRCs, a header extension and padding. False for what is no RTP packet, or where a length points outside it. */
bool parseRtp(const uint8_t* data, size_t size, RtpView& out);

/** Writes kRtpHeaderSize bytes. */
void buildRtpHeader(const RtpHeader& header, uint8_t* out);

/** Extends a 16- or 32-bit counter that wraps to one that does not: the value nearest to `last`. */
inline int64_t extendSequence(int64_t last, uint16_t wire) { return last + int16_t(uint16_t(wire - uint16_t(last))); }
inline int64_t extendTimestamp(int64_t last, uint32_t wire) { return last + int32_t(wire - uint32_t(last)); }

}  // namespace offhook
