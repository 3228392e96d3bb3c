// A Stream joins the sending half, the receiving half and RTCP on one socket pair.
#include "stream.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "../base/random.h"
#include "../codec/resampled.h"
#include "../dsp/dtmf_detector.h"
#include "../srtp/session.h"
#include "control.h"
#include "digit_merger.h"
#include "e_model.h"
#include "receiver.h"
#include "sender.h"

namespace offhook {

namespace {

int64_t clockNs(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

bool sameCodec(const Codec& a, const Codec& b) {
  return a.name == b.name && a.payloadType == b.payloadType && a.clockRate == b.clockRate && a.channels == b.channels && a.parameters == b.parameters &&
         a.complexity == b.complexity && a.bitRate == b.bitRate;
}

/** Listed beside the codecs, but no codec: events have their own field. */
bool isNoCodec(const Codec& codec) { return codec.name == "TELEPHONE-EVENT" || codec.name == "telephone-event"; }

/** A configuration checked and made: all that can fail or allocates is done before anything is changed. */
struct Made final : Stream::Setting {
  StreamConfig config;
  Endpoint rtp, rtcp;
  uint32_t ssrc = 0;
  std::unique_ptr<AudioCodec> encoder;
  std::unique_ptr<PauseSender> pauses;
  std::vector<RtpReceiver::Decoder> decoders;
  std::unique_ptr<JitterBuffer> jitterBuffer;
  std::unique_ptr<DtmfDetector> detector;
  SrtpSession::Keys keys;
};

bool make(const StreamConfig& config, Made& out, std::string& why) {
  if (!parseEndpoint(config.rtp, out.rtp)) return why = "no address: " + config.rtp.address, false;
  if (!parseEndpoint(config.rtcp, out.rtcp)) return why = "no address: " + config.rtcp.address, false;
  out.encoder = makeCodec(config.send, why);
  if (!out.encoder) return false;
  if (config.ptimeMs < 10 || config.ptimeMs > 60 || !out.encoder->makes(config.ptimeMs)) {
    why = "no packet time of " + config.send.name + ": " + std::to_string(config.ptimeMs) + " ms";
    return false;
  }
  out.rate = out.encoder->rate();
  for (const Codec& each : config.receive) {
    if (isNoCodec(each)) continue;
    RtpReceiver::Decoder decoder{each.payloadType, makeCodec(each, why)};
    if (!decoder.codec) return false;
    out.rate = std::max(out.rate, decoder.codec->rate());
    out.decoders.push_back(std::move(decoder));
  }
  out.encoder = atRate(out.rate, std::move(out.encoder));
  for (RtpReceiver::Decoder& each : out.decoders) each.codec = atRate(out.rate, std::move(each.codec));
  if (config.noiseSend || config.suppressSilence) {
    std::unique_ptr<AudioCodec> noise;
    if (config.noiseSend && !(noise = makeCodec({"CN", *config.noiseSend, config.send.clockRate, 1, {}}, why))) return false;
    out.pauses = std::make_unique<PauseSender>(out.rate, noise ? atRate(out.rate, std::move(noise)) : nullptr);
  }
  out.config = config;
  return true;
}

/** Half a round trip, where it was measured; the wait in the buffer; a packet collected before it is sent. */
double oneWayMs(const StreamStats& stats, uint32_t ptimeMs) {
  return (std::isnan(stats.roundTripMs) ? 0 : stats.roundTripMs / 2) + (std::isnan(stats.playoutDelayMs) ? 0 : stats.playoutDelayMs) + ptimeMs;
}

class RtpStream final : public Stream, private RtpReceiver::Listener {
 public:
  RtpStream(PortId port, SocketPair pair, EmitEvent emit, std::mt19937 random)
      : port_(std::move(port)), pair_(std::move(pair)), emit_(std::move(emit)), random_(random),
        sender_(pair_.rtpOut(), srtp_, uint32_t(random_()), uint16_t(random_()), uint32_t(random_())), receiver_(*this, srtp_),
        control_(srtp_, sender_, receiver_, clockNs(CLOCK_REALTIME) - clockNs(CLOCK_MONOTONIC), [this] { return random_() / 4294967296.0; },
                 [this](VoipMetrics& voice) { measure(voice); }) {}

  std::unique_ptr<Setting> prepare(const StreamConfig& config, std::string& why) override {
    auto made = std::make_unique<Made>();
    if (!make(config, *made, why)) return nullptr;
    made->ssrc = uint32_t(randomWords<1>()[0]);
    made->jitterBuffer = receiver_.makeJitterBuffer(made->rate);
    made->detector = std::make_unique<DtmfDetector>(made->rate);
    made->keys = SrtpSession::make(config.srtp);
    return made;
  }

  void apply(Setting& setting) override {
    auto& made = static_cast<Made&>(setting);
    const bool sameRate = made.rate == rate_;
    if (!sameRate) {
      if (detector_) sayTones(detector_->stop());
      detector_.swap(made.detector);
      receiver_.exchange(made.decoders, made.jitterBuffer);
    } else if (!std::equal(made.config.receive.begin(), made.config.receive.end(), config_.receive.begin(), config_.receive.end(), sameCodec)) {
      receiver_.exchange(made.decoders);
    }
    if (!sameRate || !sameCodec(made.config.send, config_.send)) sender_.exchange(made.encoder, made.ssrc);
    sender_.exchange(made.pauses);
    if (srtp_.exchange(config_.srtp, made.config.srtp, made.keys)) sender_.become(made.ssrc);
    std::swap(rate_, made.rate);
    std::swap(config_, made.config);

    receiver_.setEvents(config_.eventReceive, config_.redundancyReceive, config_.send.clockRate);
    receiver_.setJitter(config_.jitterMinMs, config_.jitterMaxMs);
    receiver_.setHearing(config_.direction == Direction::SendRecv || config_.direction == Direction::RecvOnly);

    RtpSender::Setting sending;
    sending.active = config_.direction == Direction::SendRecv || config_.direction == Direction::SendOnly;
    sending.payloadType = config_.send.payloadType;
    sending.ptimeMs = config_.ptimeMs;
    sending.eventPayloadType = config_.eventSend;
    sending.redundancy = config_.redundancySend;
    sending.noisePayloadType = config_.noiseSend.value_or(0);
    sending.keepAliveMs = config_.keepAliveMs;
    sending.unknownPayloadType = unknownPayloadType();
    sender_.set(sending);

    if (!listensForTones()) sayTones(detector_->stop());
    const bool moved = made.rtp != signalled_;
    signalled_ = made.rtp;
    receiver_.setSignalled(signalled_);
    // Port 0 says: send nothing, whatever was heard from where.
    if (moved || !config_.symmetric || !receiver_.isLatched() || signalled_.port() == 0) sender_.setTarget(signalled_);
    receiver_.setMuxed(config_.rtcpMux);
    control_.setExtended(config_.rtcpXr, config_.receiverRoundTrip);
    control_.set(config_.rtcpMux ? pair_.rtpOut() : pair_.rtcpOut(), made.rtcp, config_.cname, config_.symmetric, config_.rtcpMux);
  }

  uint32_t rate() const override { return rate_; }
  void give(int16_t* out, size_t samples, int64_t dueNs) override {
    nowNs_ = dueNs;
    receiver_.give(out, samples, dueNs);
    if (listensForTones()) sayTones(detector_->hear(out, samples));
  }

  void take(const int16_t* in, size_t samples, int64_t nowNs) override {
    sender_.take(in, samples, nowNs);
    if (sender_.dtmfDone()) emit_(event::DtmfSent{port_, *sender_.dtmfDone()});
  }

  void tick(int64_t nowNs) override {
    nowNs_ = nowNs;
    receiver_.drain();
    receiver_.tick(nowNs);
    control_.tick(nowNs);
    sender_.tick(nowNs);
    superviseSilence(nowNs);
  }

  void sendDtmf(const std::string& digits, uint32_t durationMs, uint32_t gapMs) override {
    if (!sender_.sendDtmf(digits, durationMs, gapMs)) emit_(event::Rejected{"send-dtmf", port_, "no event payload type, no digits, or too many waiting: " + digits});
  }

  StreamStats stats() const override {
    StreamStats out;
    out.sentPackets = sender_.packets();
    out.sentBytes = sender_.octets();
    out.codec = sender_.codec().name();
    out.remote = toSocketAddress(sender_.target());
    out.signalled = toSocketAddress(signalled_);
    out.source = toSocketAddress(receiver_.from());
    if (config_.srtp) out.srtp = partsOf(config_.srtp->suite).name;
    out.forgedPackets = srtp_.forged();
    out.replayedPackets = srtp_.replayed();
    receiver_.addTo(out);
    control_.addTo(out);
    rate(out);
    return out;
  }

  int rtpFd() const override { return pair_.rtp; }
  int rtcpFd() const override { return pair_.rtcp; }
  int sendRtpFd() const override { return pair_.sendRtp; }
  int sendRtcpFd() const override { return pair_.sendRtcp; }
  void onRtpReadable(int64_t nowNs) override { read(receiver_.inlet(), pair_.rtp, pair_.sendRtp, nowNs); }
  void onRtcpReadable(int64_t nowNs) override { read(control_.inlet(), pair_.rtcp, pair_.sendRtcp, nowNs); }

 private:
  void onReceiving(const Endpoint& from) override {
    silentSaid_ = false;
    emit_(event::StreamReceiving{port_, toSocketAddress(from)});
  }
  void onLatched(const Endpoint& from) override {
    if (config_.symmetric && signalled_.port() != 0) sender_.setTarget(from);
  }
  void onDigit(const Digit& digit) override {
    if (digits_.named(digit, nowNs_)) say(digit, false);
  }
  void onControl(Packet& packet) override { control_.receive(packet); }
  static void read(Inlet& inlet, int fd, int other, int64_t nowNs) {
    inlet.receive(fd, nowNs);
    if (other >= 0) inlet.receive(other, nowNs);
  }
  /** One that means nothing in this stream. */
  uint8_t unknownPayloadType() const {
    uint8_t unknown = 126;
    const auto isUsed = [&] {
      return unknown == config_.send.payloadType || config_.eventSend == unknown || config_.eventReceive == unknown || config_.redundancyReceive == unknown ||
             (config_.redundancySend && config_.redundancySend->payloadType == unknown) ||
             std::any_of(config_.receive.begin(), config_.receive.end(), [&](const Codec& each) { return each.payloadType == unknown; });
    };
    while (isUsed()) --unknown;
    return unknown;
  }
  void sayTones(const Digits& tones) {
    for (size_t i = 0; i < tones.count; i++)
      if (digits_.tone(tones.items[i], nowNs_)) say(tones.items[i], true);
  }
  void rate(StreamStats& stats) const {
    if (stats.receivedPackets == 0) return;
    const double lost = double(std::max<int64_t>(0, stats.lostPackets)), late = double(stats.latePackets);
    const double expected = double(stats.receivedPackets) + lost;
    const HeardQuality heard = heardQuality(stats.codec, (lost + late) / expected, oneWayMs(stats, config_.ptimeMs));
    stats.rating = heard.rating;
    stats.mosListening = heard.listening;
    stats.mosConversational = heard.conversational;
  }
  /** What an extended report says of the sound heard here. */
  void measure(VoipMetrics& voice) {
    StreamStats stats;
    receiver_.addTo(stats);
    control_.addTo(stats);
    rate(stats);
    const auto share = [](double part) { return uint8_t(std::clamp(part * 256, 0.0, 255.0)); };
    const auto ms = [](double value) { return uint16_t(std::isnan(value) ? 0 : std::clamp(value, 0.0, 65535.0)); };
    const auto score = [](double value) { return uint8_t(std::isnan(value) ? 127 : std::lround(value)); };
    const double lost = double(std::max<int64_t>(0, stats.lostPackets)), expected = double(stats.receivedPackets) + lost;
    if (expected > 0) {
      voice.lossRate = share(lost / expected);
      voice.discardRate = share(double(stats.latePackets) / expected);
    }
    const LossRuns::Summary runs = receiver_.source()->lossRuns();
    voice.burstDensity = share(runs.burstDensity);
    voice.gapDensity = share(runs.gapDensity);
    voice.burstMs = ms(runs.burstPackets * config_.ptimeMs);
    voice.gapMs = ms(runs.gapPackets * config_.ptimeMs);
    voice.roundTripMs = ms(stats.roundTripMs);
    voice.endSystemMs = ms(stats.playoutDelayMs + config_.ptimeMs);
    voice.leastGap = LossRuns::kLeast;
    voice.rating = score(stats.rating);
    voice.mosListening = score(10 * stats.mosListening);
    voice.mosConversational = score(10 * stats.mosConversational);
    voice.receiver = 0xb0;  // §4.7.6: concealment better than repetition, an adaptive buffer.
    voice.bufferMs = ms(stats.playoutDelayMs);
    voice.bufferMaxMs = voice.bufferLimitMs = uint16_t(config_.jitterMaxMs);
  }
  bool listensForTones() const { return config_.detectInBand.value_or(!config_.eventReceive); }
  void say(const Digit& digit, bool tone) { emit_(event::Dtmf{port_, digit.digit, digit.ended, digit.durationMs, tone}); }

  void superviseSilence(int64_t nowNs) {
    const bool expected = config_.direction == Direction::SendRecv || config_.direction == Direction::RecvOnly;
    if (!expected) silentSaid_ = false;
    if (!expected || expectedSinceNs_ == 0) expectedSinceNs_ = expected ? nowNs : 0;
    if (!expected || config_.silenceMs == 0 || silentSaid_) return;
    const int64_t silentNs = nowNs - std::max(receiver_.lastNs(), expectedSinceNs_);
    if (silentNs < int64_t(config_.silenceMs) * 1'000'000) return;
    silentSaid_ = true;
    receiver_.setSilent();
    emit_(event::StreamSilent{port_, uint32_t(silentNs / 1'000'000)});
  }

  const PortId port_;
  const SocketPair pair_;
  const EmitEvent emit_;
  uint32_t rate_ = 0;  // 0: nothing is in force yet
  std::mt19937 random_;
  StreamConfig config_;
  Endpoint signalled_;
  bool silentSaid_ = false;
  int64_t expectedSinceNs_ = 0, nowNs_ = 0;
  SrtpSession srtp_;
  RtpSender sender_;
  std::unique_ptr<DtmfDetector> detector_;
  DigitMerger digits_;
  RtpReceiver receiver_;
  RtcpControl control_;
};

}  // namespace

std::unique_ptr<Stream> Stream::create(PortId port, SocketPair pair, const StreamConfig& config, EmitEvent emit, std::string& why) {
  const auto words = randomWords<4>();
  std::seed_seq seed(words.begin(), words.end());
  auto stream = std::make_unique<RtpStream>(std::move(port), std::move(pair), std::move(emit), std::mt19937(seed));
  const auto setting = stream->prepare(config, why);
  if (!setting) return nullptr;
  stream->apply(*setting);
  return stream;
}

}  // namespace offhook
