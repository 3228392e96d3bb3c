// Opus (RFC 6716) by libopus, as RTP carries it (RFC 7587): always 48 kHz and two channels in name, one channel here.
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/** `wanted.parameters` are the receiver's wishes (RFC 7587 §6.1); those that make no sense are as if not there. */
std::unique_ptr<AudioCodec> makeOpus(const Codec& wanted);

}  // namespace offhook
