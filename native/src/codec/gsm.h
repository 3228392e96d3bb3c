// GSM 06.10 full rate by libgsm: 8 kHz, frames of 20 ms in 33 bytes that begin with the signature 0xD (RFC 3551 §4.5.8).
#pragma once

#include <memory>

#include "codec.h"

namespace offhook {

std::unique_ptr<AudioCodec> makeGsm();

}  // namespace offhook
