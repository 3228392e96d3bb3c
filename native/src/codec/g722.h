// ITU-T G.722 at 64 kbit/s: 16 kHz audio, one byte for two samples.
//
// Its RTP clock is 8000 Hz for ever, by a mistake of the first RFC that had it (RFC 3551 §4.5.2).
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

std::unique_ptr<AudioCodec> makeG722();

}  // namespace offhook
