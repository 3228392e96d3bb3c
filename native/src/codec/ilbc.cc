// Frames one after the other; both lengths use the same coder.
#include "ilbc.h"

#include <algorithm>

#include "ilbc/decoder.h"
#include "ilbc/encoder.h"
#include "parameters.h"

namespace offhook {

namespace {
class Ilbc final : public AudioCodec {
 public:
  explicit Ilbc(const ilbc::Mode& mode) : mode_(mode), fresh_(mode), decoder_(mode), encoder_(mode) {}
  const char* name() const override { return "ILBC"; }
  uint32_t rate() const override { return 8000; }
  uint32_t clockRate() const override { return 8000; }
  uint32_t frameMs() const override { return uint32_t(mode_.samples / 8); }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t count = std::min(samples / mode_.samples, room / mode_.bytes);
    for (size_t i = 0; i < count; i++) {
      ilbc::Frame frame;
      encoder_.encode(in + i * mode_.samples, frame);
      ilbc::write(mode_, frame, out + i * mode_.bytes);
    }
    return count * mode_.bytes;
  }

  size_t samplesIn(const uint8_t* payload, size_t size) const override {
    if (size % mode_.bytes != 0) return 0;
    for (size_t at = 0; at < size; at += mode_.bytes) {
      ilbc::Frame frame;
      if (!ilbc::read(mode_, payload + at, frame)) return 0;
    }
    return size / mode_.bytes * mode_.samples;
  }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(size / mode_.bytes, room / mode_.samples);
    for (size_t i = 0; i < count; i++) {
      ilbc::Frame frame;
      if (!ilbc::read(mode_, payload + i * mode_.bytes, frame)) return i * mode_.samples;
      decoder_.decode(frame, out + i * mode_.samples);
    }
    return count * mode_.samples;
  }

  void reset() override { decoder_ = fresh_; }

 private:
  const ilbc::Mode& mode_;
  const ilbc::Decoder fresh_;
  ilbc::Decoder decoder_;
  ilbc::Encoder encoder_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeIlbc(const Codec& wanted) {
  return std::make_unique<Ilbc>(wholeParameter(wanted, "mode", 30) == 20 ? ilbc::k20Ms : ilbc::k30Ms);
}

}  // namespace offhook
