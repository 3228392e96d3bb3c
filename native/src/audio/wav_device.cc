// Joins a player and a recorder under one port: opened once both are, failed with whichever fails.
#include "audio/wav_device.h"

#include <algorithm>

namespace offhook {

WavDevice::WavDevice(const DeviceConfig& config, Report report, FileWorker& worker) {
  const auto waiting = std::make_shared<int>(!config.capture.empty() + !config.playback.empty());  // file worker's
  const std::string detail = "capture '" + config.capture + "', playback '" + config.playback + "'";
  const Report joined = [report, waiting, detail, rate = config.rate](Event&& event) {
    if (std::holds_alternative<event::PortEnded>(event)) return;  // a device does not end: silence follows
    if (!std::holds_alternative<event::PortOpened>(event)) return report(std::move(event));
    if (--*waiting == 0) report(event::PortOpened{{}, rate, detail});
  };
  if (!config.capture.empty()) {
    const PlayOrder order{config.capture, config.loop ? 0u : 1u, 0, config.rate};
    player_ = std::make_unique<Player>(order, joined, worker);
  }
  if (!config.playback.empty()) {
    const RecordOrder order{config.playback, config.rate, 0};
    recorder_ = std::make_unique<Recorder>(order, joined, worker);
  }
}

void WavDevice::give(int16_t* out, size_t samples, int64_t dueNs) {
  if (player_) player_->give(out, samples, dueNs);
  else std::fill(out, out + samples, int16_t{0});
}

void WavDevice::take(const int16_t* in, size_t samples, int64_t nowNs) {
  if (recorder_) recorder_->take(in, samples, nowNs);
}

}  // namespace offhook
