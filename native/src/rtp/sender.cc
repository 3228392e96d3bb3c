// Timestamps go on through everything that is not sent, so the peer's clock of us stays true.
#include "sender.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "event_receiver.h"

namespace offhook {

namespace {
constexpr uint32_t kStepMs = 10;
/** RFC 4733 §2.5.1.4: the end is said three times. */
constexpr int kEnds = 3;
constexpr uint32_t kEndEveryMs = 20;
constexpr uint32_t kMaxDuration = 0xffff;
}  // namespace

RtpSender::RtpSender(int fd, SrtpSession& srtp, uint32_t ssrc, uint16_t sequence, uint32_t timestamp)
    : fd_(fd), srtp_(srtp), ssrc_(ssrc), sequence_(sequence & 0x7fff), timestamp_(timestamp) {}

void RtpSender::exchange(std::unique_ptr<AudioCodec>& codec, uint32_t ssrc) {
  framed_ = 0;
  codec_.swap(codec);
  if (codec && codec->clockRate() != codec_->clockRate()) become(ssrc);
}

void RtpSender::become(uint32_t ssrc) {
  ssrc_ = ssrc;
  sequence_ &= 0x7fff;
  packetsBefore_ = packets_;
  octetsBefore_ = octets_;
  marker_ = true;
  event_ = {};
  history_.clear();
}

void RtpSender::set(const Setting& setting) {
  if (setting.ptimeMs != setting_.ptimeMs || !setting.active) framed_ = 0;
  if (!setting_.active) marker_ = true;
  setting_ = setting;
}

uint32_t RtpSender::timestampAt(int64_t nowNs) const {
  return timestamp_ + uint32_t(int64_t(double(nowNs - takenNs_) * codec_->clockRate() / 1e9));
}

void RtpSender::take(const int16_t* in, size_t samples, int64_t nowNs) {
  takenNs_ = nowNs;
  const EventSender::Step step = events_.step();
  dtmfDone_ = step.done;
  const uint32_t ticks = uint32_t(uint64_t(samples) * codec_->clockRate() / codec_->rate());
  if (setting_.eventPayloadType && (step.digit || event_.endsLeft > 0)) {
    takeEvent(step, ticks);
  } else {
    takeAudio(in, samples);
  }
  timestamp_ += ticks;
}

void RtpSender::takeAudio(const int16_t* in, size_t samples) {
  if (!isSending()) {
    framed_ = 0;
    marker_ = true;
    return;
  }
  const size_t whole = codec_->rate() * setting_.ptimeMs / 1000;
  const size_t count = std::min(samples, frame_.size() - framed_);
  std::copy_n(in, count, frame_.begin() + long(framed_));
  framed_ += count;
  if (framed_ < whole) return;
  uint8_t* const payload = packet_ + kRtpHeaderSize;
  const size_t room = sizeof packet_ - kRtpHeaderSize - kMostSrtpTrailer;
  size_t size = 0;
  const auto what = pauses_ ? pauses_->look(frame_.data(), whole, payload, room, size) : PauseSender::What::Voice;
  if (what == PauseSender::What::Voice) size = codec_->encode(frame_.data(), whole, payload, room);
  // timestamp_ still is that of the last `samples`.
  const uint32_t before = uint32_t(uint64_t(framed_ - count) * codec_->clockRate() / codec_->rate());
  framed_ = 0;
  // RFC 3389 §5.2: noise is no talkspurt; what comes after it begins one.
  if (what == PauseSender::What::Noise) send(setting_.noisePayloadType, false, timestamp_ - before, size);
  marker_ = marker_ || what != PauseSender::What::Voice || size == 0;
  if (what != PauseSender::What::Voice || size == 0) return;
  send(setting_.payloadType, marker_, timestamp_ - before, size);
  marker_ = false;
}

void RtpSender::takeEvent(const EventSender::Step& step, size_t ticks) {
  framed_ = 0;  // No audio meanwhile.
  marker_ = true;
  if (!step.digit) {
    event_.sinceSentMs += kStepMs;
    if (event_.sinceSentMs < kEndEveryMs) return;
    event_.sinceSentMs = 0;
    --event_.endsLeft;
    return sendEvent(false, true);
  }
  if (step.begins) {
    if (event_.isSent) history_.add(event_.code, event_.timestamp, event_.duration);
    event_.isSent = false;
    event_.code = uint8_t(std::strchr(kDigits, step.digit) - kDigits);
    event_.timestamp = timestamp_;
    event_.duration = 0;
    event_.sinceSentMs = 0;
  }
  event_.duration += uint32_t(ticks);
  event_.sinceSentMs += kStepMs;
  if (event_.duration > kMaxDuration) {
    // §2.5.1.3: what does not fit goes on as a new event from where the full one ends.
    const uint32_t rest = event_.duration - kMaxDuration;
    event_.duration = kMaxDuration;
    sendEvent(false, false);
    event_.timestamp += kMaxDuration;
    event_.duration = rest;
  }
  if (!step.begins && !step.ends && event_.sinceSentMs < setting_.ptimeMs) return;
  event_.sinceSentMs = 0;
  event_.endsLeft = step.ends ? kEnds - 1 : 0;
  sendEvent(step.begins, step.ends);
}

void RtpSender::sendEvent(bool marker, bool end) {
  if (!isSending()) return;
  uint8_t* const payload = packet_ + kRtpHeaderSize;
  const auto& redundancy = setting_.redundancy;
  const uint8_t alone = *setting_.eventPayloadType;
  const size_t before = redundancy ? history_.write(event_.timestamp, redundancy->events, alone, payload) : 0;
  writeEvent(event_.code, end, event_.duration, payload + before);
  event_.isSent = true;
  send(before > 0 ? redundancy->payloadType : alone, marker, event_.timestamp, before + kEventSize);
}

void RtpSender::tick(int64_t nowNs) {
  if (packets_ != sentBefore_ || sentNs_ == 0) sentNs_ = nowNs;
  sentBefore_ = packets_;
  const bool isDue = setting_.keepAliveMs > 0 && nowNs - sentNs_ >= int64_t(setting_.keepAliveMs) * 1'000'000;
  if (!isDue || !to_.isSet() || to_.port() == 0) return;
  sentNs_ = nowNs;
  // Not counted: sender reports and statistics are about sound.
  emit(setting_.unknownPayloadType, false, timestampAt(nowNs), 0);
}

void RtpSender::send(uint8_t payloadType, bool marker, uint32_t timestamp, size_t payloadSize) {
  if (!emit(payloadType, marker, timestamp, payloadSize)) {
    ++errors_;
    return;
  }
  ++packets_;
  octets_ += payloadSize;
}

bool RtpSender::emit(uint8_t payloadType, bool marker, uint32_t timestamp, size_t payloadSize) {
  RtpHeader header;
  header.marker = marker;
  header.payloadType = payloadType;
  header.sequence = sequence_++;
  header.timestamp = timestamp;
  header.ssrc = ssrc_;
  buildRtpHeader(header, packet_);
  const size_t size = srtp_.protectRtp(packet_, kRtpHeaderSize + payloadSize);
  return size > 0 && sendto(fd_, packet_, size, MSG_DONTWAIT | MSG_NOSIGNAL, &to_.generic, to_.length) >= 0;
}

}  // namespace offhook
