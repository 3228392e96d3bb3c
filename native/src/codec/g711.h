// ITU-T G.711: µ-law (PCMU) and A-law (PCMA) of 16-bit samples.
#pragma once

#include <cstdint>
#include <memory>

#include "codec.h"

namespace offhook {

/** The 14 upper bits count; a decision value belongs to the interval above it, on both sides of zero. */
uint8_t encodeMuLaw(int16_t sample);
int16_t decodeMuLaw(uint8_t code);
/** The 13 upper bits count. */
uint8_t encodeALaw(int16_t sample);
int16_t decodeALaw(uint8_t code);

std::unique_ptr<AudioCodec> makePcmu();
std::unique_ptr<AudioCodec> makePcma();

}  // namespace offhook
