// In-band DTMF: tones in the place of what is taken.
#include "engine/stream_port.h"

#include <algorithm>

#include "engine/plan.h"

namespace offhook {

namespace {
constexpr double kDtmfDbm0 = -7;  // per frequency
constexpr uint32_t kCommaMs = 2000;
}  // namespace

Tone dtmfTone(const std::string& digits, uint32_t durationMs, uint32_t gapMs) {
  Tone tone;
  tone.repeat = 1;
  const auto silence = [&](uint32_t ms) {
    if (ms > 0) tone.steps.push_back({{}, ms, 0});
  };
  for (const char digit : digits) {
    double low, high;
    if (digit == ',') {
      silence(kCommaMs);
    } else if (dtmfFrequencies(digit, low, high)) {
      tone.steps.push_back({{low, high}, durationMs, kDtmfDbm0});
      silence(gapMs);
    }
  }
  return tone;
}

void StreamPort::take(const int16_t* in, size_t samples, int64_t nowNs) {
  if (inbandCount_ == 0) return stream_->take(in, samples, nowNs);
  int16_t tones[kMostSamples];
  const bool more = inband_[0]->tones.generate(tones, samples);
  stream_->take(tones, samples, nowNs);
  if (more) return;
  std::move(inband_.begin() + 1, inband_.begin() + static_cast<ptrdiff_t>(inbandCount_), inband_.begin());
  inbandCount_--;
  report_(event::DtmfSent{});
}

void StreamPort::sendInband(InbandOrder& order) {
  if (inbandCount_ < kMostInband) inband_[inbandCount_++] = &order;
}

}  // namespace offhook
