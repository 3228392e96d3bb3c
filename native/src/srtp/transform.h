// Protects packets with session keys: encryption and authentication of one direction, for RTP or for RTCP.
#pragma once

#include <array>
#include <optional>

#include "aes.h"
#include "hmac_sha1.h"
#include "session_keys.h"

namespace offhook {

class SrtpTransform {
 public:
  /** The largest packet that can be opened. */
  static constexpr size_t kMostPacket = 1500;

  SrtpTransform(SrtpSuite suite, const SessionKeys& keys, bool rtcp, bool seals);

  /** What an IV is made of: 48 bits for RTP, ROC and sequence number; 31 for RTCP. */
  struct Place {
    uint32_t ssrc = 0;
    uint64_t index = 0;
  };
  /** `word` is authenticated with the packet: ROC, or E and the SRTCP index. The first `clear` bytes stay readable. */
  bool seal(uint8_t* packet, size_t clear, size_t size, Place place, uint32_t word, uint8_t* tag);
  /** False, with the packet as it was, when the tag is wrong. */
  bool open(uint8_t* packet, size_t clear, size_t size, Place place, uint32_t word, const uint8_t* tag);

  size_t tagSize() const { return tagSize_; }
  bool isGcm() const { return gcm_.has_value(); }

 private:
  /** Of 16 bytes in counter mode, of 12 in the other. */
  std::array<uint8_t, 16> ivOf(Place place) const;
  std::array<uint8_t, HmacSha1::kSize> tagOf(const uint8_t* packet, size_t size, uint32_t word) const;

  const bool rtcp_;
  const size_t tagSize_;
  const KeyBytes salt_;
  std::optional<AesCounter> counter_;
  std::optional<HmacSha1> hmac_;
  std::optional<AesGcm> gcm_;
  std::array<uint8_t, kMostPacket> opened_;
};

}  // namespace offhook
