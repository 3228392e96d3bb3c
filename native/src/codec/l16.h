// Linear 16-bit samples in network order, one channel (RFC 3551 §4.5.11).
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/** `rate` in Hz, that of its RTP clock too. */
std::unique_ptr<AudioCodec> makeL16(uint32_t rate);

}  // namespace offhook
