// One speech codec, both directions, behind one interface; found by its SDP name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "../base/contract.h"

namespace offhook {

class AudioCodec {
 public:
  virtual ~AudioCodec() = default;
  virtual const char* name() const = 0;
  /** Samples per second of the audio; the RTP clock may differ (RFC 3551 §4.5.2, G.722). */
  virtual uint32_t rate() const = 0;
  virtual uint32_t clockRate() const = 0;
  /** Encodes 10–60 ms; bytes written, at most `room`. */
  virtual size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) = 0;
  /** Samples `size` bytes of payload will decode to; 0 when they are no payload of this codec. */
  virtual size_t samplesIn(const uint8_t* payload, size_t size) const = 0;
  /** Writes samplesIn() samples, at most `room`; how many. */
  virtual size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) = 0;
};

/** nullptr with `why` when this build has no such codec. */
std::unique_ptr<AudioCodec> makeCodec(const Codec& wanted, std::string& why);

}  // namespace offhook
