// Crypto suites of SRTP: their names in SDP and the sizes of their parts, in bytes.
#pragma once

#include <cstddef>

#include "../base/contract.h"

namespace offhook {

struct SuiteParts {
  const char* name;
  size_t key, salt;
  /** Authentication tags; those of SRTCP are never short (RFC 4568 §6.2, RFC 6188 §4). */
  size_t rtpTag, rtcpTag;
  /** AES in Galois/counter mode (RFC 7714); else in counter mode beside HMAC-SHA1 (RFC 3711, RFC 6188). */
  bool gcm;
};

const SuiteParts& partsOf(SrtpSuite suite);

/** What SRTP or SRTCP can add to a packet: tag, E and index, MKI. */
constexpr size_t kMostMki = 16, kMostSrtpTrailer = 16 + 4 + kMostMki;

}  // namespace offhook
