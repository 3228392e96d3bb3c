// An audio device made of two files: what it captures is read from one, what it plays is written to the other.
// Paced by the engine's tick. Capture runs while something is connected to it; playback is recorded all the time.
#pragma once

#include <optional>

#include "audio/player.h"
#include "audio/recorder.h"

namespace offhook {

class WavDevice : public Port {
 public:
  WavDevice(const DeviceConfig& config, Report report, FileWorker& worker);
  bool gives() const override { return true; }
  bool takes() const override { return true; }
  bool takesAlways() const override { return recorder_ != nullptr; }
  void give(int16_t* out, size_t samples, int64_t dueNs) override;
  void take(const int16_t* in, size_t samples, int64_t nowNs) override;

 private:
  std::unique_ptr<Player> player_;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace offhook
