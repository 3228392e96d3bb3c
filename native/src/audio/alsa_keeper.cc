// The thread that opens, closes and reopens an ALSA device, so that neither audio nor commands wait for it.
#include <algorithm>

#include "audio/alsa_device.h"
#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int64_t kRetryNs = kSecondNs, kLongestRetryNs = 5 * kSecondNs;
// A device just closed, by us or by another program, may stay busy for a moment.
constexpr int64_t kBusyRetryNs = 50 * kMillisecondNs;
constexpr int kBusyRetries = 20;
// A device that rests does not say that it was pulled out.
constexpr int64_t kLookNs = kSecondNs;
}  // namespace

AlsaKeeper::AlsaKeeper(const DeviceConfig& config, Report report, DeviceCounters& counts)
    : config_(config), report_(std::move(report)), counters_(counts) {
  thread_.start("offhook-alsa", 0, [this] { run(); });
}

AlsaKeeper::~AlsaKeeper() {
  stop();
  thread_.join();
  delete resting_.load();
  delete returned_.load();
}

void AlsaKeeper::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
}

void AlsaKeeper::giveBack(AlsaPair* pair) {
  returned_.store(pair, std::memory_order_release);
  wake_.notify();
}

bool AlsaKeeper::pause(int64_t ns) {
  const int64_t until = monotonicNs() + ns;
  while (!stopping_.load(std::memory_order_acquire) && monotonicNs() < until) wake_.wait(until);
  return !stopping_.load(std::memory_order_acquire);
}

void AlsaKeeper::run() {
  bool told = false;
  int64_t retry = kRetryNs;
  while (!stopping_.load(std::memory_order_acquire)) {
    int error = 0;
    std::string why;
    std::unique_ptr<AlsaPair> pair = open(error, why);
    if (!pair) {
      if (!told) report_(event::PortFailed{{}, why});
      told = true;
      if (!pause(retry)) break;
      retry = std::min(retry * 2, kLongestRetryNs);
      continue;
    }
    const std::string detail = (pair->capture ? "capture '" + config_.capture + "' " + pair->capture->describe() : "no capture") +
                               "; " + (pair->playback ? "playback '" + config_.playback + "' " + pair->playback->describe() : "no playback");
    const uint32_t rate = pair->rate;
    resting_.store(pair.release(), std::memory_order_release);
    report_(event::PortOpened{{}, rate, detail});
    retry = kRetryNs;
    if (const int broken = keep()) report_(event::PortLost{{}, std::string("audio device: ") + snd_strerror(-broken)});
    told = true;
    if (!pause(retry)) break;
  }
  delete resting_.exchange(nullptr);
  delete returned_.exchange(nullptr);
  stopped_.store(true, std::memory_order_release);
}

int AlsaKeeper::keep() {
  bool rests = true;
  while (!stopping_.load(std::memory_order_acquire)) {
    wake_.wait(rests ? monotonicNs() + kLookNs : -1);
    AlsaPair* pair = returned_.exchange(nullptr, std::memory_order_acq_rel);
    const bool back = pair;
    if (!back) pair = resting_.exchange(nullptr, std::memory_order_acq_rel);
    rests = pair;
    if (!pair) continue;
    if (!pair->broken) pair->broken = -(back ? pair->rest() : pair->health());
    if (const int broken = pair->broken) {
      delete pair;
      return broken;
    }
    resting_.store(pair, std::memory_order_release);
  }
  return 0;
}

std::unique_ptr<AlsaPair> AlsaKeeper::open(int& error, std::string& why) {
  const auto patiently = [&](const std::string& name, snd_pcm_stream_t direction, uint32_t rate) {
    std::unique_ptr<AlsaPcm> pcm;
    for (int i = 0; i < kBusyRetries; i++) {
      pcm = AlsaPcm::open(name, direction, rate, config_.periodMs, error, why);
      if (pcm || error != EBUSY || !pause(kBusyRetryNs)) break;
    }
    return pcm;
  };
  std::unique_ptr<AlsaPcm> capture, playback;
  uint32_t rate = config_.rate;
  if (!config_.capture.empty()) {
    if (!(capture = patiently(config_.capture, SND_PCM_STREAM_CAPTURE, rate))) return nullptr;
    rate = capture->rate();
  }
  if (!config_.playback.empty()) {
    if (!(playback = patiently(config_.playback, SND_PCM_STREAM_PLAYBACK, rate))) return nullptr;
    if (capture && playback->rate() != rate) {
      why = "capture works at " + std::to_string(rate) + " Hz only, playback at " + std::to_string(playback->rate()) + " Hz only";
      return nullptr;
    }
  }
  return std::make_unique<AlsaPair>(std::move(capture), std::move(playback), counters_);
}

}  // namespace offhook
