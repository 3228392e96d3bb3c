// Comfort noise (RFC 3389): what a pause sounds like as a level and a spectrum, and noise of that sound.
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

/**
 * `CN` at `clockRate`, Hz. A payload lasts 10 ms; conceal() goes on with its noise for as long as nothing else comes, and
 * encode() describes what it is given.
 */
std::unique_ptr<AudioCodec> makeComfortNoise(uint32_t clockRate);

}  // namespace offhook
