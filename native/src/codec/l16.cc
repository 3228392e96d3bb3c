// Two bytes a sample, the high one first.
#include "l16.h"

#include <algorithm>

namespace offhook {

namespace {
class L16 final : public AudioCodec {
 public:
  explicit L16(uint32_t rate) : rate_(rate) {}
  const char* name() const override { return "L16"; }
  uint32_t rate() const override { return rate_; }
  uint32_t clockRate() const override { return rate_; }
  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t count = std::min(samples, room / 2);
    for (size_t i = 0; i < count; i++) {
      out[2 * i] = uint8_t(uint16_t(in[i]) >> 8);
      out[2 * i + 1] = uint8_t(in[i]);
    }
    return 2 * count;
  }
  bool isMemoryless() const override { return true; }
  size_t samplesIn(const uint8_t*, size_t size) const override { return size % 2 == 0 ? size / 2 : 0; }
  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(samplesIn(payload, size), room);
    for (size_t i = 0; i < count; i++) out[i] = int16_t(payload[2 * i] << 8 | payload[2 * i + 1]);
    return count;
  }

 private:
  const uint32_t rate_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeL16(uint32_t rate) { return std::make_unique<L16>(rate); }

}  // namespace offhook
