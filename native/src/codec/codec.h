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
  /** What a packet holds is a whole multiple of this, ms. */
  virtual uint32_t frameMs() const { return 10; }
  /** Whether it encodes packets of so many ms, of 10–60. */
  virtual bool makes(uint32_t packetMs) const { return packetMs % frameMs() == 0; }
  /** Encodes whole frames of 10–60 ms in all; bytes written, at most `room`. 0: nothing need be sent of this silence. */
  virtual size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) = 0;
  /** Samples `size` bytes of payload will decode to; 0 when they are no payload of this codec. */
  virtual size_t samplesIn(const uint8_t* payload, size_t size) const = 0;
  /** Writes samplesIn() samples, at most `room`; how many. */
  virtual size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) = 0;
  /** The decoder as it was made: what comes next does not follow what it had last. */
  virtual void reset() {}
  /** Sound for a packet that has not come: `samples` or some more, as the codec's steps have it. 0: it has no way of its own. */
  virtual size_t conceal(int16_t* /*out*/, size_t /*samples*/) { return 0; }
  /** It has one. */
  virtual bool conceals() const { return false; }
  /** Packets may be decoded in any order: none follows from those before. */
  virtual bool isMemoryless() const { return false; }
  /** The `samples` before this packet, as far as it carries them itself; as many, or 0. The packet is decoded after. */
  virtual size_t decodeLost(const uint8_t* /*payload*/, size_t /*size*/, int16_t* /*out*/, size_t /*samples*/) { return 0; }
  /** Share of packets the peer loses, %: what is sent may carry more redundancy. */
  virtual void expectLoss(unsigned /*percent*/) {}
  /** It only says what a pause sounds like: the voice before and after it is one. */
  virtual bool isNoise() const { return false; }
  /** Samples after reset() that are not the sound yet. */
  virtual size_t warmUp() const { return 0; }
};

/** nullptr with `why` when this build has no such codec. */
std::unique_ptr<AudioCodec> makeCodec(const Codec& wanted, std::string& why);

}  // namespace offhook
