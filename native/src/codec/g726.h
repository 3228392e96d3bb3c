// ITU-T G.726 at 16, 24, 32 and 40 kbit/s: 8 kHz audio, codes of 2–5 bits, eight of them in as many bytes.
//
// `G726-…` packs the first code into the lowest bits (RFC 3551 §4.5.4), `AAL2-G726-…` into the highest, as ITU-T I.366.2 does.
#pragma once

#include <memory>
#include <string>

#include "codec.h"

namespace offhook {

/** By `G726-32`, `AAL2-G726-32` …; nullptr for other names. */
std::unique_ptr<AudioCodec> makeG726(const std::string& name);

}  // namespace offhook
