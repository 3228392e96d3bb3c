// What is sent in pauses: a description of the noise (RFC 3389) when one begins, when the noise changes, and once a second.
#pragma once

#include <memory>

#include "../codec/codec.h"
#include "../dsp/silence_detector.h"

namespace offhook {

class PauseSender {
 public:
  /** `noise` describes at `rate` of what is looked at; nullptr: pauses are left out. */
  PauseSender(uint32_t rate, std::unique_ptr<AudioCodec> noise) : block_(rate / 100), noise_(std::move(noise)) {}

  enum class What { Voice, Noise, Nothing };
  /** Of `samples`, whole blocks of 10 ms, what is to be sent; of noise its payload in `out`, `size` bytes. */
  What look(const int16_t* in, size_t samples, uint8_t* out, size_t room, size_t& size);

 private:
  const size_t block_;  // 10 ms
  const std::unique_ptr<AudioCodec> noise_;
  SilenceDetector detector_;
  bool pausing_ = false;
  uint8_t saidLevel_ = 0;
  uint32_t sinceSaidMs_ = 0;
};

}  // namespace offhook
