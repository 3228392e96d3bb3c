// Speex by libspeex as RTP carries it (RFC 5574): frames of 20 ms at 8, 16 and 32 kHz, any number of them in a packet.
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/**
 * `wanted.clockRate` 8000, 16000 or 32000; `wanted.parameters` are the receiver's wishes (RFC 5574 §4.1.1): the first number of
 * `mode` is the mode (narrow band, 1–8) or the quality (wider, 0–10) it is sent, `vbr` and `cng` are kept.
 * reset() leaves the shape of the last spectrum, from which the first 5 ms of what comes next are led over.
 */
std::unique_ptr<AudioCodec> makeSpeex(const Codec& wanted);

}  // namespace offhook
