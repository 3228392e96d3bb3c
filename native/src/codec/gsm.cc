// libgsm takes its memory when made, none after.
#include "gsm.h"

#include <gsm.h>
#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace offhook {

namespace {
constexpr size_t kFrame = 160, kBytes = sizeof(gsm_frame);

struct Destroy {
  void operator()(gsm state) const { gsm_destroy(state); }
};
using State = std::unique_ptr<std::remove_pointer_t<gsm>, Destroy>;

class Gsm final : public AudioCodec {
 public:
  bool isMade() const { return coder_ && decoder_ && unused_; }
  const char* name() const override { return "GSM"; }
  uint32_t rate() const override { return 8000; }
  uint32_t clockRate() const override { return 8000; }
  uint32_t frameMs() const override { return 20; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t count = std::min(samples / kFrame, room / kBytes);
    for (size_t i = 0; i < count; i++) {
      gsm_signal frame[kFrame];  // libgsm wants it writable.
      std::copy_n(in + i * kFrame, kFrame, frame);
      gsm_encode(coder_.get(), frame, out + i * kBytes);
    }
    return count * kBytes;
  }

  size_t samplesIn(const uint8_t* payload, size_t size) const override {
    if (size % kBytes != 0) return 0;
    for (size_t at = 0; at < size; at += kBytes) {
      if (payload[at] >> 4 != GSM_MAGIC) return 0;
    }
    return size / kBytes * kFrame;
  }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(samplesIn(payload, size), room) / kFrame;
    for (size_t i = 0; i < count; i++) {
      gsm_frame frame;
      std::copy_n(payload + i * kBytes, kBytes, frame);
      gsm_decode(decoder_.get(), frame, out + i * kFrame);
    }
    return count * kFrame;
  }

  void reset() override {
    // libgsm's state holds no pointers, but its size is the library's secret: what malloc gave for it is no less.
    std::memcpy(decoder_.get(), unused_.get(), std::min(malloc_usable_size(decoder_.get()), malloc_usable_size(unused_.get())));
  }

 private:
  const State coder_{gsm_create()}, decoder_{gsm_create()}, unused_{gsm_create()};
};
}  // namespace

std::unique_ptr<AudioCodec> makeGsm() {
  auto codec = std::make_unique<Gsm>();
  if (!codec->isMade()) return nullptr;
  return codec;
}

}  // namespace offhook
