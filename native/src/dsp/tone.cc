// Sines by phase accumulation; the phase is kept within one turn so that a tone may last for ever.
#include "dsp/tone.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dsp/mix.h"

namespace offhook {

namespace {
constexpr double kTurn = 2 * M_PI;
constexpr uint32_t kRampMs = 5;
}  // namespace

bool dtmfFrequencies(char digit, double& low, double& high) {
  static constexpr char kKeys[] = "123A456B789C*0#D";
  static constexpr double kLow[] = {697, 770, 852, 941}, kHigh[] = {1209, 1336, 1477, 1633};
  const char* key = digit ? std::strchr(kKeys, digit) : nullptr;
  if (!key) return false;
  low = kLow[(key - kKeys) / 4];
  high = kHigh[(key - kKeys) % 4];
  return true;
}

ToneGenerator::ToneGenerator(const Tone& tone, uint32_t rate)
    : rampSamples_(kRampMs * rate / 1000), repeat_(tone.repeat) {
  for (const ToneStep& from : tone.steps) {
    Step step;
    step.frequencies = from.frequencies.size();
    for (size_t i = 0; i < step.frequencies; i++) step.advance[i] = kTurn * from.frequencies[i] / rate;
    step.amplitude = kZeroDbm0 * std::pow(10.0, from.levelDb / 20);
    step.samples = static_cast<uint64_t>(from.ms) * rate / 1000;
    steps_.push_back(step);
  }
  const auto goesOn = [](const Step& a, const Step& b) {
    return a.frequencies == b.frequencies && a.advance == b.advance && a.amplitude == b.amplitude;
  };
  for (size_t i = 0; i < steps_.size(); i++) {
    const bool last = i + 1 == steps_.size();
    Step& next = steps_[last ? 0 : i + 1];
    // Round the corner to the first step, only a tone that never ends goes on.
    if (goesOn(steps_[i], next) && (!last || repeat_ == 0)) steps_[i].rampOut = next.rampIn = false;
  }
  ended_ = steps_.empty();
}

void ToneGenerator::enter(size_t step) {
  const Step& before = steps_[step_];
  const Step& now = steps_[step];
  for (size_t i = 0; i < phase_.size(); i++)
    if (i >= now.frequencies || i >= before.frequencies || now.advance[i] != before.advance[i]) phase_[i] = 0;
  step_ = step;
  at_ = 0;
  first_ = false;
}

double ToneGenerator::envelope(const Step& step) const {
  double level = 1;
  if ((step.rampIn || first_) && at_ < rampSamples_) level = static_cast<double>(at_ + 1) / (rampSamples_ + 1);
  if (step.rampOut && step.samples != 0 && step.samples - at_ <= rampSamples_)
    level = std::min(level, static_cast<double>(step.samples - at_) / (rampSamples_ + 1));
  return level;
}

bool ToneGenerator::generate(int16_t* out, size_t samples) {
  for (size_t i = 0; i < samples; i++) {
    if (ended_) {
      std::fill(out + i, out + samples, int16_t{0});
      return false;
    }
    const Step& step = steps_[step_];
    double sum = 0;
    for (size_t k = 0; k < step.frequencies; k++) {
      sum += std::sin(phase_[k]);
      phase_[k] += step.advance[k];
      if (phase_[k] >= kTurn) phase_[k] -= kTurn;
    }
    out[i] = step.frequencies == 0 ? 0 : saturate(static_cast<int32_t>(std::lround(sum * step.amplitude * envelope(step))));
    if (++at_ < step.samples || step.samples == 0) continue;
    const bool last = step_ + 1 == steps_.size();
    if (last && repeat_ != 0 && ++played_ == repeat_) ended_ = true;
    else enter(last ? 0 : step_ + 1);
  }
  return !ended_;
}

}  // namespace offhook
