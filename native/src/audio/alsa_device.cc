// The tick thread's half of an ALSA device.
#include "audio/alsa_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rt/clock.h"

namespace offhook {

namespace {

constexpr size_t kMostBlocks = 4;  // more than this much beyond the target is given up at once
constexpr int kWindowBlocks = 20;  // 200 ms: by then a device without a clock shows
constexpr int64_t kWindowNs = 150 * kMillisecondNs;

size_t margin(const AlsaPcm* pcm, size_t block) { return block + std::max(block, pcm ? pcm->period() : 0); }

}  // namespace

AlsaPair::AlsaPair(std::unique_ptr<AlsaPcm> capturing, std::unique_ptr<AlsaPcm> playing)
    : capture(std::move(capturing)),
      playback(std::move(playing)),
      rate(capture ? capture->rate() : playback->rate()),
      block(rate / 100),
      store(margin(capture.get(), block) + kMostBlocks * block),
      captureSlip(static_cast<double>(margin(capture.get(), block)), static_cast<double>(block) * 0.5),
      polls(1 + (capture ? capture->pollCount() : 0)),
      prefill(margin(playback.get(), block)),
      playbackSlip(static_cast<double>(prefill), static_cast<double>(block)),
      stretched(block + 1) {
  canPace = capture && capture->period() <= block && block % capture->period() == 0;
}

int AlsaPair::rest() {
  for (AlsaPcm* pcm : {capture.get(), playback.get()}) {
    const int error = pcm ? pcm->rest() : 0;
    if (error < 0) return error;
  }
  begin = end = 0;
  primed = false;
  fullTicks = windowBlocks = emptyTicks = 0;
  captureSlip.reset();
  playbackSlip.reset();
  return 0;
}

int AlsaPair::health() {
  const int error = capture ? capture->health() : 0;
  return error < 0 || !playback ? error : playback->health();
}

AlsaDevice::AlsaDevice(std::shared_ptr<AlsaKeeper> keeper, const DeviceConfig& config)
    : keeper_(std::move(keeper)), capturing_(!config.capture.empty()), playing_(!config.playback.empty()) {}

AlsaDevice::~AlsaDevice() {
  if (pair_) keeper_->giveBack(pair_);
  keeper_->stop();
}

void AlsaDevice::rest() {
  if (pair_) keeper_->giveBack(pair_);
  pair_ = nullptr;
}

bool AlsaDevice::runs() {
  if (pair_ || !(pair_ = keeper_->collect())) return pair_;
  // Started here and not where it was opened, so that the prefill is not eaten before the first block follows it.
  int error = pair_->playback ? pair_->playback->start(pair_->prefill - pair_->block) : 0;
  if (error >= 0 && pair_->capture) error = pair_->capture->start(0);
  if (error < 0) fail(error);
  return pair_;
}

void AlsaDevice::fail(int error) {
  pair_->broken = -error;
  keeper_->giveBack(pair_);
  pair_ = nullptr;
}

bool AlsaDevice::readAll() {
  AlsaPair& pair = *pair_;
  std::memmove(pair.store.data(), pair.store.data() + pair.begin, pair.stored() * sizeof(int16_t));
  pair.end -= pair.begin;
  pair.begin = 0;
  // A device without a clock would fill any store: take what this tick needs.
  const size_t most = pair.unpacedCapture ? std::max(pair.block, pair.end) : pair.store.size();
  while (pair.end < most) {
    const int got = pair.capture->read(pair.store.data() + pair.end, most - pair.end);
    if (got == 0) return true;
    if (got < 0) {
      keeper_->counters.xruns.fetch_add(1, std::memory_order_relaxed);
      const int error = pair.capture->recover(got, 0);
      if (error < 0) fail(error);
      return error >= 0;
    }
    pair.end += static_cast<size_t>(got);
  }
  return true;
}

int AlsaDevice::slipNow() {
  AlsaPair& pair = *pair_;
  if (pair.unpacedCapture) return 0;
  pair.fullTicks = pair.stored() == pair.store.size() ? pair.fullTicks + 1 : 0;
  if (pair.fullTicks == kWindowBlocks) pair.unpacedCapture = true;
  const int slip = pair.captureSlip.decide(static_cast<double>(pair.stored()));
  if (slip) keeper_->counters.slips.fetch_add(1, std::memory_order_relaxed);
  return slip;
}

void AlsaDevice::give(int16_t* out, size_t samples, int64_t) {
  const bool driven = pacing_;
  pacing_ = false;
  if (!runs() || !pair_->capture || pair_->block != samples || !readAll()) {
    std::fill(out, out + samples, int16_t{0});
    return;
  }
  AlsaPair& pair = *pair_;
  size_t wanted = samples;
  if (!driven) {
    if (!pair.primed && !pair.unpacedCapture) {
      if (static_cast<double>(pair.stored()) < pair.captureSlip.target()) {
        std::fill(out, out + samples, int16_t{0});
        return;
      }
      pair.captureSlip.reset();
    }
    pair.primed = true;
    wanted = static_cast<size_t>(static_cast<int>(samples) + slipNow());
  } else {
    pair.primed = false;
    // The tick was held up for long: be late no longer.
    if (pair.stored() > kMostBlocks * samples) pair.begin = pair.end - samples;
  }
  if (pair.stored() >= wanted) {
    stretch(pair.store.data() + pair.begin, wanted, out, samples);
    pair.begin += wanted;
    return;
  }
  const size_t have = std::min(pair.stored(), samples);
  std::memcpy(out, pair.store.data() + pair.begin, have * sizeof *out);
  std::fill(out + have, out + samples, int16_t{0});
  pair.begin = pair.end;
  pair.primed = false;
}

void AlsaDevice::take(const int16_t* in, size_t samples, int64_t) {
  if (!runs() || !pair_->playback || pair_->block != samples) return;
  AlsaPair& pair = *pair_;
  AlsaPcm& pcm = *pair.playback;
  long waiting = pcm.waiting();
  if (waiting < 0) {
    keeper_->counters.xruns.fetch_add(1, std::memory_order_relaxed);
    const int error = pcm.recover(static_cast<int>(waiting), pair.prefill);
    if (error < 0) return fail(error);
    pair.playbackSlip.reset();
    waiting = static_cast<long>(pair.prefill);
  }
  // Nothing ever waits in a device without a clock.
  pair.emptyTicks = waiting == 0 ? pair.emptyTicks + 1 : 0;
  if (pair.emptyTicks == kWindowBlocks) pair.unpacedPlayback = true;
  const int slip = pair.unpacedPlayback ? 0 : pair.playbackSlip.decide(static_cast<double>(waiting));
  if (slip) keeper_->counters.slips.fetch_add(1, std::memory_order_relaxed);
  const size_t wanted = static_cast<size_t>(static_cast<int>(samples) - slip);
  stretch(in, samples, pair.stretched.data(), wanted);
  const int put = pcm.write(pair.stretched.data(), wanted);
  if (put >= 0) return;
  keeper_->counters.xruns.fetch_add(1, std::memory_order_relaxed);
  const int error = pcm.recover(put, pair.prefill);
  if (error < 0) fail(error);
}

void AlsaDevice::watchPace(int64_t nowNs) {
  AlsaPair& pair = *pair_;
  if (pair.windowBlocks++ == 0) pair.windowNs = nowNs;
  if (pair.windowBlocks <= kWindowBlocks) return;
  if (nowNs - pair.windowNs < kWindowNs) {
    pair.unpacedCapture = true;
    pair.canPace = false;
  }
  pair.windowBlocks = 0;
}

Pacer::Waited AlsaDevice::waitForBlock(int wakeFd, int64_t untilNs) {
  pacing_ = true;
  for (;;) {
    if (!readAll()) return Waited::TimedOut;
    AlsaPair& pair = *pair_;
    const int64_t now = monotonicNs();
    if (pair.stored() >= pair.block) {
      watchPace(now);
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
