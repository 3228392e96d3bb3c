// The bridge, laid out for one tick: which ports give, what is converted, who takes which mix.
//
// A plan is built and destroyed by the control thread and never changed in between; what lasts from plan to plan (ports,
// gains, resamplers) is shared. So the tick thread follows pointers and neither allocates nor locks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "audio/port.h"
#include "dsp/gain.h"
#include "dsp/level_meter.h"
#include "dsp/resampler.h"

namespace offhook {

constexpr size_t kMostSamples = 480;  // 10 ms at 48 kHz

/** What a port takes with it from plan to plan. Gains and levels belong to the tick thread. */
struct PortState {
  explicit PortState(std::shared_ptr<Port> p) : port(std::move(p)) {}
  const std::shared_ptr<Port> port;
  Gain giveGain, takeGain;
  LevelMeter giveLevel, takeLevel;
};

class Plan {
 public:
  /** Something to be done once, on the tick thread, when the plan comes into force. */
  using Action = std::function<void(int64_t nowNs)>;

  struct Source {
    std::shared_ptr<PortState> state;
    uint32_t rate;
    float gain;
  };
  struct Sink {
    std::shared_ptr<PortState> state;
    uint32_t rate;
    float gain;
    std::vector<size_t> inputs;  // indices of blocks
  };

  /** Adds a port that gives; returns the index of its block. */
  size_t addSource(Source source);
  /** Adds the block of `source` converted to another rate; returns its index. `resampler` is of the right rates. */
  size_t addConversion(size_t source, std::shared_ptr<Resampler> resampler, uint32_t rate);
  void addSink(Sink sink) { sinks_.push_back(std::move(sink)); }
  /** A port whose tick() is called, after everything was given and taken. */
  void addTicked(std::shared_ptr<PortState> state) { ticked_.push_back(std::move(state)); }

  /** A port that rests as long as this plan is in force. */
  void addResting(std::shared_ptr<PortState> state) { resting_.push_back(std::move(state)); }

  std::vector<Action> actions;
  std::vector<Pacer*> pacers;  // in the order they were opened; owned by their ports
  Plan* next = nullptr;        // in the list of retired plans

  /** Nothing to do every 10 ms. */
  bool idle() const { return ticked_.empty() && sinks_.empty(); }
  void act(int64_t nowNs);
  /** 10 ms of audio, due at `dueNs`. Tick thread. */
  void run(int64_t dueNs, int64_t nowNs);

 private:
  struct Conversion {
    size_t from, to;
    std::shared_ptr<Resampler> resampler;
  };
  using Block = std::array<int16_t, kMostSamples + 1>;

  std::vector<Source> sources_;         // source i fills block sourceBlock_[i]
  std::vector<size_t> sourceBlock_;
  std::vector<size_t> blockSamples_;
  std::vector<Conversion> conversions_;
  std::vector<Sink> sinks_;
  std::vector<std::shared_ptr<PortState>> ticked_, resting_;
  std::vector<Block> blocks_;
  std::array<int32_t, kMostSamples> sum_{};
  Block mixed_{};
};

}  // namespace offhook
