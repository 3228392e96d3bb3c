// libopus takes its memory when made, none after; what it decodes is bounded by what the packet says of itself.
#include "opus.h"

#include <opus/opus.h>

#include <algorithm>
#include <atomic>
#include <iterator>

#include "opus_effort.h"
#include "parameters.h"

namespace offhook {

namespace {
/** Of the RTP clock, whatever the sound is sampled at (RFC 7587 §4.1). */
constexpr int32_t kClock = 48000;
/** What redundancy is made for, %, until the peer has reported; what of it is left after that; and at most. */
constexpr unsigned kExpectedLoss = 10, kLeftOfExpected = 2;
constexpr unsigned kMostExpected = 30;
/** A longer packet would not fit any link. */
constexpr size_t kMostBytes = 1275;
constexpr size_t kMostConcealedMs = 120;

/** One of the bandwidths of RFC 6716 §2: what it holds, how it is sampled here, and what speech in it is sent with (RFC 7587 §3.1.1). */
struct Band {
  int32_t playback;
  int bandwidth;
  int32_t rate;
  int32_t bitRate;
};
/** Above what the RFC names for each by as much as redundancy for a few losses takes. */
constexpr Band kBands[] = {{8000, OPUS_BANDWIDTH_NARROWBAND, 8000, 16000},
                           {12000, OPUS_BANDWIDTH_MEDIUMBAND, 16000, 18000},
                           {16000, OPUS_BANDWIDTH_WIDEBAND, 16000, 22000},
                           {24000, OPUS_BANDWIDTH_SUPERWIDEBAND, 24000, 28000},
                           {kClock, OPUS_BANDWIDTH_FULLBAND, kClock, 32000}};

/** What the receiver plays and the sender captures: no more than the less of both is worth coding, or decoding. */
const Band& bandOf(const Codec& wanted) {
  const int32_t most = std::min(wholeParameter(wanted, "maxplaybackrate", kClock), wholeParameter(wanted, "sprop-maxcapturerate", kClock));
  for (const Band& each : kBands)
    if (most <= each.playback) return each;
  return kBands[std::size(kBands) - 1];
}

/** A flag after one of voice activity for each 20 ms, in packets that are not of the music mode alone (RFC 6716 §4.2.3). */
bool hasRedundancy(const uint8_t* payload, size_t size) {
  constexpr uint8_t kMusicAlone = 0x80, kStereo = 0x04;
  const uint8_t* frames[48];
  int16_t sizes[48];
  if (size == 0 || payload[0] & kMusicAlone) return false;
  if (opus_packet_parse(payload, int32_t(size), nullptr, frames, sizes, nullptr) <= 0 || sizes[0] == 0) return false;
  const int activities = std::max(1, opus_packet_get_samples_per_frame(payload, kClock) / (kClock / 50));
  const unsigned flags = frames[0][0];
  if (flags >> (7 - activities) & 1) return true;
  return payload[0] & kStereo && flags >> (6 - 2 * activities) & 1;
}

struct Destroy {
  void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
  void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
};

class OpusCodec final : public AudioCodec {
 public:
  explicit OpusCodec(const Codec& wanted) : rate_(bandOf(wanted).rate) {
    const Band& band = bandOf(wanted);
    int error = OPUS_OK;
    encoder_.reset(opus_encoder_create(rate_, 1, OPUS_APPLICATION_VOIP, &error));
    // One channel: stereo comes out as the mean of both.
    decoder_.reset(opus_decoder_create(rate_, 1, &error));
    if (!isMade()) return;
    const int32_t ours = int32_t(wanted.bitRate.value_or(uint32_t(band.bitRate)));
    const int32_t most = wholeParameter(wanted, "maxaveragebitrate", ours);
    // Each is in the range its request takes, so none can fail.
    complexity_ = wanted.complexity.value_or(usualComplexity());
    adapts_ = !wanted.complexity;
    set(OPUS_SET_COMPLEXITY(complexity_));
    set(OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    set(OPUS_SET_BITRATE(std::clamp<int32_t>(most, 6000, ours)));
    set(OPUS_SET_MAX_BANDWIDTH(band.bandwidth));
    set(OPUS_SET_VBR(wholeParameter(wanted, "cbr", 0) == 1 ? 0 : 1));
    set(OPUS_SET_DTX(wholeParameter(wanted, "usedtx", 0) == 1 ? 1 : 0));
    redundant_ = wholeParameter(wanted, "useinbandfec", 0) == 1;
    if (!redundant_) return;
    set(OPUS_SET_INBAND_FEC(1));
    set(OPUS_SET_PACKET_LOSS_PERC(int(kExpectedLoss)));
  }
  ~OpusCodec() override {
    if (encodes_) encoders().fetch_sub(1, std::memory_order_relaxed);
  }
  OpusCodec(const OpusCodec&) = delete;
  OpusCodec& operator=(const OpusCodec&) = delete;
  bool isMade() const { return encoder_ && decoder_; }

  const char* name() const override { return "OPUS"; }
  uint32_t rate() const override { return uint32_t(rate_); }
  uint32_t clockRate() const override { return kClock; }
  bool makes(uint32_t packetMs) const override { return packetMs == 10 || packetMs == 20 || packetMs == 40 || packetMs == 60; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    beside();
    const int32_t size = opus_encode(encoder_.get(), in, int(samples), out, int32_t(std::min(room, kMostBytes)));
    return size > 2 ? size_t(size) : 0;  // Up to two bytes say that nothing need be sent.
  }

  size_t samplesIn(const uint8_t* payload, size_t size) const override {
    const int samples = size == 0 ? 0 : opus_packet_get_nb_samples(payload, int32_t(size), rate_);
    return samples > 0 ? size_t(samples) : 0;
  }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    if (size == 0) return 0;
    const int samples = opus_decode(decoder_.get(), payload, int32_t(size), out, int(room), 0);
    return samples > 0 ? size_t(samples) : 0;
  }

  bool conceals() const override { return true; }
  size_t conceal(int16_t* out, size_t samples) override {
    const size_t step = warmUp(), whole = (samples + step - 1) / step * step;
    const int made = opus_decode(decoder_.get(), nullptr, 0, out, int(std::min(whole, kMostConcealedMs * size_t(rate_) / 1000)), 0);
    return made > 0 ? size_t(made) : 0;
  }

  size_t decodeLost(const uint8_t* payload, size_t size, int16_t* out, size_t samples) override {
    // The redundancy is that of one packet of the same length; a longer hole has to be filled up to there first.
    if (samples != samplesIn(payload, size) || !hasRedundancy(payload, size)) return 0;
    const int made = opus_decode(decoder_.get(), payload, int32_t(size), out, int(samples), 1);
    return made > 0 ? size_t(made) : 0;
  }

  void expectLoss(unsigned percent) override {
    // It takes a while to believe that losses are over: they come in bursts, and reports seconds apart. Not that there are none.
    const unsigned left = told_ ? expected_ * 3 / 4 : kLeftOfExpected;
    told_ = true;
    expected_ = std::min(kMostExpected, std::max(percent, left));
    if (redundant_) set(OPUS_SET_PACKET_LOSS_PERC(int(expected_)));
  }

  void reset() override { opus_decoder_ctl(decoder_.get(), OPUS_RESET_STATE); }
  /** 2.5 ms, which also are the steps of concealment. */
  size_t warmUp() const override { return size_t(rate_) / 400; }

 private:
  /** Those that have encoded, and still may, in all of this program. */
  static std::atomic<int>& encoders() {
    static std::atomic<int> count{0};
    return count;
  }
  /** Does as many others do. */
  void beside() {
    if (!encodes_) encoders().fetch_add(1, std::memory_order_relaxed);
    encodes_ = true;
    if (!adapts_) return;
    const int wanted = complexityAmong(usualComplexity(), encoders().load(std::memory_order_relaxed));
    if (wanted != complexity_) set(OPUS_SET_COMPLEXITY(complexity_ = wanted));
  }

  template <typename... Request>
  void set(Request... request) {
    opus_encoder_ctl(encoder_.get(), request...);
  }

  const int32_t rate_;
  int complexity_ = 0;
  bool adapts_ = false, encodes_ = false;
  bool redundant_ = false, told_ = false;
  unsigned expected_ = kExpectedLoss;
  std::unique_ptr<OpusEncoder, Destroy> encoder_;
  std::unique_ptr<OpusDecoder, Destroy> decoder_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeOpus(const Codec& wanted) {
  auto codec = std::make_unique<OpusCodec>(wanted);
  if (!codec->isMade()) return nullptr;
  return codec;
}

}  // namespace offhook
