// A stream whose peer is the test: gives a block the test chose, keeps what it takes.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "rtp/stream.h"

class FakeStream : public offhook::Stream {
 public:
  FakeStream(uint32_t rate, int16_t level, offhook::EmitEvent emit = {})
      : emit_(std::move(emit)), rate_(rate), level_(level), rtp_(eventfd(0, EFD_NONBLOCK)), rtcp_(eventfd(0, EFD_NONBLOCK)) {}
  ~FakeStream() override {
    close(rtp_);
    close(rtcp_);
  }
  std::unique_ptr<Setting> prepare(const offhook::StreamConfig& config, std::string& why) override {
    if (config.send.name == "NONE") {
      why = "no such codec";
      return nullptr;
    }
    auto setting = std::make_unique<Setting>();
    setting->rate = config.send.clockRate;
    return setting;
  }
  void apply(Setting& setting) override { rate_ = setting.rate; }
  uint32_t rate() const override { return rate_; }
  void give(int16_t* out, size_t samples, int64_t) override { std::fill(out, out + samples, level_); }
  void take(const int16_t* in, size_t samples, int64_t) override {
    const std::lock_guard<std::mutex> hold(mutex_);
    taken_.insert(taken_.end(), in, in + samples);
  }
  void tick(int64_t) override { ticks++; }
  void sendDtmf(const std::string& digits, uint32_t, uint32_t) override { emit_(offhook::event::DtmfSent{"s", digits}); }
  offhook::StreamStats stats() const override {
    offhook::StreamStats stats;
    stats.sentPackets = ticks;
    return stats;
  }
  int rtpFd() const override { return rtp_; }
  int rtcpFd() const override { return rtcp_; }
  void onRtpReadable(int64_t) override {
    uint64_t count;
    if (read(rtp_, &count, sizeof count) > 0) readable++;
  }
  void onRtcpReadable(int64_t) override {}

  std::vector<int16_t> taken() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return taken_;
  }
  void packet() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = write(rtp_, &one, sizeof one);
  }
  std::atomic<uint64_t> ticks{0}, readable{0};

 private:
  offhook::EmitEvent emit_;
  std::atomic<uint32_t> rate_;
  const int16_t level_;
  const int rtp_, rtcp_;
  std::mutex mutex_;
  std::vector<int16_t> taken_;
};
