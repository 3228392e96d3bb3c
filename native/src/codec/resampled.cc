// A resampler each way around a codec; both keep their state from packet to packet.
#include "resampled.h"

#include <algorithm>
#include <vector>

#include "../dsp/resampler.h"

namespace offhook {

namespace {
constexpr uint32_t kLongestMs = 200;

class Resampled final : public AudioCodec {
 public:
  Resampled(uint32_t rate, std::unique_ptr<AudioCodec> codec)
      : rate_(rate), codec_(std::move(codec)), down_(rate, codec_->rate()), up_(codec_->rate(), rate), block_(codec_->rate() / 100),
        inner_(codec_->rate() * kLongestMs / 1000 + 1) {}

  const char* name() const override { return codec_->name(); }
  uint32_t rate() const override { return rate_; }
  uint32_t clockRate() const override { return codec_->clockRate(); }
  uint32_t frameMs() const override { return codec_->frameMs(); }
  bool makes(uint32_t packetMs) const override { return codec_->makes(packetMs); }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    const size_t step = rate_ / 100;
    size_t made = 0;
    for (size_t at = 0; at + step <= samples && made + block_ <= inner_.size(); at += step) made += down_.process(in + at, step, &inner_[made]);
    return codec_->encode(inner_.data(), made, out, room);
  }

  size_t samplesIn(const uint8_t* payload, size_t size) const override {
    const size_t samples = codec_->samplesIn(payload, size);
    return samples < inner_.size() ? samples * rate_ / codec_->rate() : 0;
  }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    return convert(codec_->decode(payload, size, inner_.data(), inner_.size()), out, room);
  }

  size_t decodeLost(const uint8_t* payload, size_t size, int16_t* out, size_t samples) override {
    const size_t inner = samples * codec_->rate() / rate_;
    if (inner > inner_.size()) return 0;
    return convert(codec_->decodeLost(payload, size, inner_.data(), inner), out, samples);
  }

  size_t conceal(int16_t* out, size_t samples) override {
    size_t made = 0;
    while (made < samples) {
      const size_t inner = codec_->conceal(inner_.data(), block_);
      if (inner == 0) break;
      for (size_t at = 0; at < inner; at += block_) made += up_.process(&inner_[at], std::min(block_, inner - at), out + made);
    }
    return made;
  }
  bool conceals() const override { return codec_->conceals(); }
  void expectLoss(unsigned percent) override { codec_->expectLoss(percent); }
  bool isNoise() const override { return codec_->isNoise(); }

  void reset() override {
    codec_->reset();
    up_.reset();
  }
  size_t warmUp() const override { return codec_->warmUp() * rate_ / codec_->rate() + size_t(up_.delay()); }

 private:
  /** `samples` of `inner_` at the rate outside. */
  size_t convert(size_t samples, int16_t* out, size_t room) {
    size_t made = 0;
    for (size_t at = 0; at < samples; at += block_) {
      const size_t count = std::min(block_, samples - at);
      if (made + up_.most(count) > room + 1) break;
      made += up_.process(&inner_[at], count, out + made);
    }
    return made;
  }

  const uint32_t rate_;
  const std::unique_ptr<AudioCodec> codec_;
  Resampler down_, up_;
  const size_t block_;  // 10 ms of the codec's rate
  std::vector<int16_t> inner_;
};
}  // namespace

std::unique_ptr<AudioCodec> atRate(uint32_t rate, std::unique_ptr<AudioCodec> codec) {
  if (codec->rate() == rate) return codec;
  return std::make_unique<Resampled>(rate, std::move(codec));
}

}  // namespace offhook
