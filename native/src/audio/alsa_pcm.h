// One direction of one ALSA PCM: opening by negotiation, non-blocking mono 16-bit reading and writing, xrun recovery.
#pragma once

// Its header forgets to say so itself for snd_lib_error_set_local.
extern "C" {
#include <alsa/asoundlib.h>
}

#include <memory>
#include <string>
#include <vector>

#include "audio/pcm.h"

namespace offhook {

class AlsaPcm final : public Pcm {
 public:
  ~AlsaPcm() override;
  AlsaPcm(const AlsaPcm&) = delete;
  AlsaPcm& operator=(const AlsaPcm&) = delete;

  /**
   * Opens `name` with S16_LE, one channel or else two, `rate` or else the nearest the hardware has, without conversion
   * inside ALSA. May take seconds: not for real-time threads. nullptr with `error` (errno) and `why`.
   */
  static std::unique_ptr<AlsaPcm> open(const std::string& name, snd_pcm_stream_t direction, uint32_t rate, uint32_t periodMs,
                                       int& error, std::string& why);

  uint32_t rate() const { return rate_; }
  size_t period() const override { return period_; }
  size_t buffer() const override { return buffer_; }
  std::string describe() const;

  int start(size_t prefill) override;
  int read(int16_t* out, size_t count) override;
  int write(const int16_t* in, size_t count) override;
  long waiting() override;
  int recover(int error, size_t prefill) override;

  /** Stops it and makes it ready to be started; negative errno when it is broken. */
  int rest();
  /** Of one that rests, asks the device itself; negative errno when it is gone. */
  int health();

  size_t pollCount() const { return polls_; }
  void fillPolls(pollfd* out) { snd_pcm_poll_descriptors(pcm_, out, static_cast<unsigned>(polls_)); }
  /** Lets the PCM see what poll() found, which some plugins need to go on. */
  void polled(pollfd* found);

 private:
  AlsaPcm() = default;
  int negotiate(uint32_t rate, uint32_t periodMs, const char*& step);

  snd_pcm_t* pcm_ = nullptr;
  snd_pcm_stream_t direction_ = SND_PCM_STREAM_CAPTURE;
  uint32_t rate_ = 0;
  unsigned channels_ = 1;
  size_t period_ = 0, buffer_ = 0, polls_ = 0;
  std::vector<int16_t> frames_;  // interleaved, when there are two channels
};

}  // namespace offhook
