// Codes one after the other, in the order of bits their name asks for.
#include "g726.h"

#include <algorithm>

#include "adpcm_predictor.h"
#include "g726_coder.h"

namespace offhook {

namespace {
class G726 final : public AudioCodec {
 public:
  G726(std::string name, const G726Rate& rate, bool highFirst)
      : name_(std::move(name)), bits_(rate.bits), highFirst_(highFirst), fresh_(rate), coder_(rate), decoder_(rate) {}
  const char* name() const override { return name_.c_str(); }
  uint32_t rate() const override { return 8000; }
  uint32_t clockRate() const override { return 8000; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    unsigned pending = 0, held = 0;
    size_t made = 0;
    for (size_t i = 0; i < samples && made < room; i++) {
      const unsigned code = coder_.quantise(in[i] >> 2);
      coder_.learn(code);
      pending = highFirst_ ? pending << bits_ | code : pending | code << held;
      held += bits_;
      if (held < 8) continue;
      held -= 8;
      out[made++] = uint8_t(highFirst_ ? pending >> held : pending);
      pending = highFirst_ ? pending & ((1u << held) - 1) : pending >> 8;
    }
    return made;
  }

  size_t samplesIn(const uint8_t*, size_t size) const override { return size * 8 / bits_; }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(samplesIn(payload, size), room);
    unsigned pending = 0, held = 0;
    for (size_t i = 0; i < count; i++) {
      if (held < bits_) {
        pending = highFirst_ ? pending << 8 | *payload++ : pending | unsigned(*payload++) << held;
        held += 8;
      }
      held -= bits_;
      const unsigned code = (highFirst_ ? pending >> held : pending) & ((1u << bits_) - 1);
      pending = highFirst_ ? pending & ((1u << held) - 1) : pending >> bits_;
      out[i] = int16_t(saturate16(4 * decoder_.learn(code)));
    }
    return count;
  }

  void reset() override { decoder_ = fresh_; }

 private:
  const std::string name_;
  const unsigned bits_;
  const bool highFirst_;
  const G726Coder fresh_;
  G726Coder coder_, decoder_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeG726(const std::string& name) {
  for (const unsigned kbits : {16u, 24u, 32u, 40u}) {
    for (const bool highFirst : {false, true}) {
      if (name == (highFirst ? "AAL2-G726-" : "G726-") + std::to_string(kbits)) return std::make_unique<G726>(name, *G726Coder::rate(kbits), highFirst);
    }
  }
  return nullptr;
}

}  // namespace offhook
