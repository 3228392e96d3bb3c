// A tone as a bridge port.
#pragma once

#include "audio/port.h"
#include "dsp/tone.h"

namespace offhook {

class TonePort : public Port {
 public:
  TonePort(const Tone& tone, uint32_t rate, Report report) : generator_(tone, rate), report_(std::move(report)) {}
  bool gives() const override { return true; }
  void give(int16_t* out, size_t samples, int64_t) override {
    if (generator_.generate(out, samples) || ended_) return;
    ended_ = true;
    report_(event::PortEnded{});
  }

 private:
  ToneGenerator generator_;
  Report report_;
  bool ended_ = false;
};

}  // namespace offhook
