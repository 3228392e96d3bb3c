// A codec at another sample rate than its own: several codecs of one stream meet at the stream's.
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/** `codec` itself when it is of this rate. `rate` is in Hz and not below the codec's. */
std::unique_ptr<AudioCodec> atRate(uint32_t rate, std::unique_ptr<AudioCodec> codec);

}  // namespace offhook
