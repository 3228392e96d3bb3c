// The tick thread's half of an ALSA device.
#include "audio/alsa_device.h"

#include <algorithm>
#include <cerrno>

#include "rt/clock.h"

namespace offhook {

namespace {
template <typename Side>
std::unique_ptr<Side> sideOf(AlsaPcm* pcm, DeviceCounters& counters) {
  return pcm ? std::make_unique<Side>(*pcm, pcm->rate(), counters) : nullptr;
}
}  // namespace

AlsaPair::AlsaPair(std::unique_ptr<AlsaPcm> capturing, std::unique_ptr<AlsaPcm> playing, DeviceCounters& counters)
    : capture(std::move(capturing)),
      playback(std::move(playing)),
      rate(capture ? capture->rate() : playback->rate()),
      block(rate / 100),
      hears(sideOf<CaptureSide>(capture.get(), counters)),
      says(sideOf<PlaybackSide>(playback.get(), counters)),
      polls(1 + (capture ? capture->pollCount() : 0)) {}

int AlsaPair::rest() {
  for (AlsaPcm* pcm : {capture.get(), playback.get()}) {
    const int error = pcm ? pcm->rest() : 0;
    if (error < 0) return error;
  }
  if (hears) hears->reset();
  if (says) says->reset();
  return 0;
}

int AlsaPair::health() {
  const int error = capture ? capture->health() : 0;
  return error < 0 || !playback ? error : playback->health();
}

AlsaDevice::AlsaDevice(std::shared_ptr<AlsaKeeper> keeper, const DeviceConfig& config)
    : keeper_(std::move(keeper)),
      capturing_(!config.capture.empty()),
      playing_(!config.playback.empty()),
      oneClock_(config.capture == config.playback) {}

AlsaDevice::~AlsaDevice() {
  if (pair_) keeper_->giveBack(pair_);
  keeper_->stop();
}

void AlsaDevice::rest() {
  if (pair_) keeper_->giveBack(pair_);
  pair_ = nullptr;
}

void AlsaDevice::lead(bool leads) {
  leads_ = leads;
  if (pair_) keepSteady();
}

void AlsaDevice::keepSteady() {
  if (pair_->says) pair_->says->setSteady(leads_ && oneClock_ && paces());
}

bool AlsaDevice::runs() {
  if (pair_ || !(pair_ = keeper_->collect())) return pair_;
  keepSteady();
  int error = pair_->says ? pair_->says->start() : 0;
  if (error >= 0 && pair_->capture) error = pair_->capture->start(0);
  if (error < 0) fail(error);
  return pair_;
}

void AlsaDevice::fail(int error) {
  pair_->broken = -error;
  keeper_->giveBack(pair_);
  pair_ = nullptr;
}

void AlsaDevice::give(int16_t* out, size_t samples, int64_t) {
  const bool driven = pacing_;
  pacing_ = false;
  if (runs() && pair_->hears && pair_->block == samples) {
    const int error = pair_->hears->readAll();
    if (error >= 0) return pair_->hears->give(out, driven);
    fail(error);
  }
  std::fill_n(out, samples, int16_t{0});
}

void AlsaDevice::take(const int16_t* in, size_t samples, int64_t nowNs) {
  if (!runs() || !pair_->says || pair_->block != samples) return;
  const int error = pair_->says->take(in, nowNs);
  if (error < 0) fail(error);
}

Pacer::Waited AlsaDevice::waitForBlock(int wakeFd, int64_t untilNs) {
  const Waited waited = wait(wakeFd, untilNs);
  pacing_ = waited != Waited::Woken;
  return waited;
}

Pacer::Waited AlsaDevice::wait(int wakeFd, int64_t untilNs) {
  for (;;) {
    AlsaPair& pair = *pair_;
    const int error = pair.hears->readAll();
    if (error < 0) {
      fail(error);
      return Waited::TimedOut;
    }
    const int64_t now = monotonicNs();
    if (pair.hears->hasBlock()) {
      pair.hears->watchPace(now);
      return Waited::Block;
    }
    if (now >= untilNs) return Waited::TimedOut;
    pair.capture->fillPolls(pair.polls.data() + 1);
    pair.polls[0] = {wakeFd, POLLIN, 0};
    const timespec left{(untilNs - now) / kSecondNs, (untilNs - now) % kSecondNs};
    ppoll(pair.polls.data(), pair.polls.size(), &left, nullptr);
    pair.capture->polled(pair.polls.data() + 1);
    if (pair.polls[0].revents) return Waited::Woken;
  }
}

}  // namespace offhook
