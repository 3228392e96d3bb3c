// G.711 by its piecewise formula: 3 bits of segment, 4 of step; codes are sent inverted (µ-law) or with even bits inverted (A-law).
#include "g711.h"

#include <algorithm>
#include <array>

namespace offhook {

namespace {
constexpr unsigned kMuBias = 33, kMuClip = 8191;

int topBit(unsigned value) { return 31 - __builtin_clz(value); }

constexpr std::array<int16_t, 256> muTable() {
  std::array<int16_t, 256> table{};
  for (int code = 0; code < 256; code++) {
    const int bits = ~code & 0xff;
    const int magnitude = ((((bits & 0x0f) * 2 + 33) << ((bits >> 4) & 7)) - 33) * 4;
    table[size_t(code)] = int16_t(bits & 0x80 ? -magnitude : magnitude);
  }
  return table;
}

constexpr std::array<int16_t, 256> aTable() {
  std::array<int16_t, 256> table{};
  for (int code = 0; code < 256; code++) {
    const int bits = code ^ 0x55;
    const int segment = (bits >> 4) & 7, step = bits & 0x0f;
    const int magnitude = (segment == 0 ? step * 2 + 1 : (step * 2 + 33) << (segment - 1)) * 8;
    table[size_t(code)] = int16_t(bits & 0x80 ? magnitude : -magnitude);
  }
  return table;
}

constexpr auto kMuTable = muTable();
constexpr auto kATable = aTable();
}  // namespace

uint8_t encodeMuLaw(int16_t sample) {
  const unsigned sign = sample < 0 ? 0x80 : 0;
  const unsigned magnitude = std::min(unsigned(sign ? ~sample : sample) / 4 + kMuBias, kMuClip);
  const int segment = topBit(magnitude) - 5;
  return uint8_t(~(sign | unsigned(segment) << 4 | ((magnitude >> (segment + 1)) & 0x0f)));
}

int16_t decodeMuLaw(uint8_t code) { return kMuTable[code]; }

uint8_t encodeALaw(int16_t sample) {
  const unsigned sign = sample < 0 ? 0 : 0x80;
  const unsigned magnitude = unsigned(sign ? sample : ~sample) >> 4;
  // Segments 0 and 1 have the same step, so up to there the code is the magnitude.
  const int segment = magnitude < 32 ? 1 : topBit(magnitude) - 3;
  const unsigned code = magnitude < 32 ? magnitude : unsigned(segment) << 4 | ((magnitude >> (segment - 1)) & 0x0f);
  return uint8_t((sign | code) ^ 0x55);
}

int16_t decodeALaw(uint8_t code) { return kATable[code]; }

namespace {
template <uint8_t (*kEncode)(int16_t), int16_t (*kDecode)(uint8_t)>
class G711 final : public AudioCodec {
 public:
  explicit G711(const char* name) : name_(name) {}
  const char* name() const override { return name_; }
  uint32_t rate() const override { return 8000; }
  uint32_t clockRate() const override { return 8000; }
  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t count = std::min(samples, room);
    for (size_t i = 0; i < count; i++) out[i] = kEncode(in[i]);
    return count;
  }
  bool isMemoryless() const override { return true; }
  size_t samplesIn(const uint8_t*, size_t size) const override { return size; }
  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t count = std::min(size, room);
    for (size_t i = 0; i < count; i++) out[i] = kDecode(payload[i]);
    return count;
  }

 private:
  const char* const name_;
};
}  // namespace

std::unique_ptr<AudioCodec> makePcmu() { return std::make_unique<G711<encodeMuLaw, decodeMuLaw>>("PCMU"); }
std::unique_ptr<AudioCodec> makePcma() { return std::make_unique<G711<encodeALaw, decodeALaw>>("PCMA"); }

}  // namespace offhook
