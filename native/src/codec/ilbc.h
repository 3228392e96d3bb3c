// iLBC (RFC 3951) as RTP carries it (RFC 3952): 8 kHz, frames of 20 ms in 38 bytes or of 30 ms in 50, any number in a packet.
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/** `mode` among `wanted.parameters` is the length of a frame, 20 or 30 ms; 30 when it says neither (RFC 3952 §5). */
std::unique_ptr<AudioCodec> makeIlbc(const Codec& wanted);

}  // namespace offhook
