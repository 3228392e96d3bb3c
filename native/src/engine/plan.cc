// One tick: give, convert, mix, take.
#include "engine/plan.h"

#include <algorithm>
#include <cstring>

#include "dsp/mix.h"

namespace offhook {

size_t Plan::addSource(Source source) {
  blockSamples_.push_back(source.rate / 100);
  sources_.push_back(std::move(source));
  sourceBlock_.push_back(blocks_.size());
  blocks_.emplace_back();
  return sourceBlock_.back();
}

size_t Plan::addConversion(size_t source, std::shared_ptr<Resampler> resampler, uint32_t rate) {
  blockSamples_.push_back(rate / 100);
  conversions_.push_back({source, blocks_.size(), std::move(resampler)});
  blocks_.emplace_back();
  return blocks_.size() - 1;
}

void Plan::act(int64_t nowNs) {
  for (const Action& action : actions) action(nowNs);
  for (const auto& state : resting_) state->port->rest();
  for (Pacer* const each : pacers) each->lead(each == pacers.front());
}

void Plan::run(int64_t dueNs, int64_t nowNs) {
  for (size_t i = 0; i < sources_.size(); i++) {
    const Source& source = sources_[i];
    const size_t samples = source.rate / 100;
    int16_t* block = blocks_[sourceBlock_[i]].data();
    source.state->port->give(block, samples, dueNs);
    source.state->giveGain.apply(block, samples, source.gain);
    source.state->giveLevel.note(block, samples, nowNs);
  }
  for (const Conversion& each : conversions_)
    each.resampler->process(blocks_[each.from].data(), blockSamples_[each.from], blocks_[each.to].data());
  for (const Sink& sink : sinks_) {
    const size_t samples = sink.rate / 100;
    if (sink.inputs.size() == 1) {
      std::memcpy(mixed_.data(), blocks_[sink.inputs[0]].data(), samples * sizeof mixed_[0]);
    } else {
      std::fill_n(sum_.begin(), samples, 0);
      for (const size_t input : sink.inputs) accumulate(sum_.data(), blocks_[input].data(), samples);
      saturate(sum_.data(), mixed_.data(), samples);
    }
    sink.state->takeGain.apply(mixed_.data(), samples, sink.gain);
    sink.state->takeLevel.note(mixed_.data(), samples, nowNs);
    sink.state->port->take(mixed_.data(), samples, nowNs);
  }
  for (const auto& state : ticked_) state->port->tick(nowNs);
}

}  // namespace offhook
