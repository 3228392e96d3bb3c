// An RTP stream as a bridge port; sends DTMF in-band when the peer takes no RFC 4733 events.
#pragma once

#include <array>
#include <deque>

#include "audio/port.h"
#include "dsp/tone.h"
#include "rtp/stream.h"

namespace offhook {

/** Digits sent as tones. */
struct InbandOrder {
  std::string digits;
  ToneGenerator tones;
};

class StreamPort : public Port {
 public:
  static constexpr size_t kMostInband = 16;  // orders waiting

  StreamPort(std::unique_ptr<Stream> stream, Report report) : stream_(std::move(stream)), report_(std::move(report)) {}

  Stream& stream() { return *stream_; }
  /** Control thread's: in the order sent, the first is taken away when its dtmf-sent has come. */
  std::deque<InbandOrder> orders;

  bool gives() const override { return true; }
  bool takes() const override { return true; }
  bool givesAlways() const override { return true; }
  bool takesAlways() const override { return true; }

  // ---- tick thread ------------------------------------------------------------------------------------------------
  void give(int16_t* out, size_t samples, int64_t dueNs) override { stream_->give(out, samples, dueNs); }
  void take(const int16_t* in, size_t samples, int64_t nowNs) override;
  void tick(int64_t nowNs) override { stream_->tick(nowNs); }
  /** Sends the tones of `order` instead of what is taken, then reports dtmf-sent without digits. */
  void sendInband(InbandOrder& order);
  void query(uint32_t ref) { report_(event::Stats{{}, ref, stream_->stats()}); }

 private:
  const std::unique_ptr<Stream> stream_;
  const Report report_;
  std::array<InbandOrder*, kMostInband> inband_{};
  size_t inbandCount_ = 0;
};

/** The digits as a tone: 0-9 A-D * #, a comma is 2 s of silence. */
Tone dtmfTone(const std::string& digits, uint32_t durationMs, uint32_t gapMs);

}  // namespace offhook
