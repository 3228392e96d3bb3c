// The sending half of a stream: RTP packets of audio and of telephone events (RFC 4733) out of 10 ms of sound at a time.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "../base/contract.h"
#include "../codec/codec.h"
#include "../net/endpoint.h"
#include "../srtp/session.h"
#include "event_history.h"
#include "event_sender.h"
#include "packet.h"
#include "pause_sender.h"

namespace offhook {

class RtpSender {
 public:
  /**
   * What a packet begins with is random (RFC 3550 §5.1); of the sequence number only its lower half is taken, so that its
   * first wrap is far (RFC 3711 §3.3.1).
   */
  RtpSender(int fd, SrtpSession& srtp, uint32_t ssrc, uint16_t sequence, uint32_t timestamp);

  struct Setting {
    bool active = false;
    uint8_t payloadType = 0;
    uint32_t ptimeMs = 20;
    std::optional<uint8_t> eventPayloadType;
    /** Events go with those before them. */
    std::optional<EventRedundancy> redundancy;
    /** Used with a PauseSender. */
    uint8_t noisePayloadType = 0;
    /** After so long without a packet one goes under a payload type that is not known; 0: none. */
    uint32_t keepAliveMs = 0;
    uint8_t unknownPayloadType = 126;
  };
  void set(const Setting& setting);
  /**
   * `codec` becomes the one used before. One of another RTP clock begins under the SSRC `ssrc` (RFC 7160 §4.1: each clock
   * rate has its own).
   */
  void exchange(std::unique_ptr<AudioCodec>& codec, uint32_t ssrc);
  /** Goes on as another source: under another key its rollovers count from zero for everybody. */
  void become(uint32_t ssrc);
  /** nullptr: pauses are sent as they sound. */
  void exchange(std::unique_ptr<PauseSender>& pauses) { pauses_.swap(pauses); }
  /** What the peer reports to have lost, %. */
  void expectLoss(unsigned percent) { codec_->expectLoss(percent); }
  /** Another peer has heard nothing of the events before. */
  void setTarget(const Endpoint& to) {
    if (to != to_) forgetEvents();
    to_ = to;
  }
  const Endpoint& target() const { return to_; }

  /** 10 ms to be sent; while a digit sounds it takes their place. */
  void take(const int16_t* in, size_t samples, int64_t nowNs);
  /** Keeps the way through NATs open. */
  void tick(int64_t nowNs);
  /** See EventSender::add. False too without an event payload type. */
  bool sendDtmf(const std::string& digits, uint32_t durationMs, uint32_t gapMs) {
    return setting_.eventPayloadType && events_.add(digits, durationMs, gapMs);
  }
  /** The text that is done with the last take(); nullptr: none. */
  const std::string* dtmfDone() const { return dtmfDone_; }

  const AudioCodec& codec() const { return *codec_; }
  uint32_t ssrc() const { return ssrc_; }
  uint64_t packets() const { return packets_; }
  /** Payload only, as sender reports count. */
  uint64_t octets() const { return octets_; }
  /** What was sent under earlier SSRCs. */
  uint64_t packetsBefore() const { return packetsBefore_; }
  uint64_t octetsBefore() const { return octetsBefore_; }
  uint64_t errors() const { return errors_; }
  /** The RTP timestamp of this moment. */
  uint32_t timestampAt(int64_t nowNs) const;

 private:
  void takeAudio(const int16_t* in, size_t samples);
  void forgetEvents() {
    history_.clear();
    event_.isSent = false;
  }
  void takeEvent(const EventSender::Step& step, size_t samples);
  void sendEvent(bool marker, bool end);
  /** False when it did not get out. */
  bool emit(uint8_t payloadType, bool marker, uint32_t timestamp, size_t payloadSize);
  void send(uint8_t payloadType, bool marker, uint32_t timestamp, size_t payloadSize);
  bool isSending() const { return setting_.active && to_.isSet() && to_.port() != 0; }

  const int fd_;
  SrtpSession& srtp_;
  uint32_t ssrc_;
  uint16_t sequence_;
  /** Of the next sample to be taken. */
  uint32_t timestamp_;
  int64_t takenNs_ = 0, sentNs_ = 0;
  Setting setting_;
  std::unique_ptr<AudioCodec> codec_;
  std::unique_ptr<PauseSender> pauses_;
  Endpoint to_;

  static constexpr uint32_t kLongestMs = 60;
  std::array<int16_t, 48 * kLongestMs> frame_{};
  size_t framed_ = 0;
  /** The next audio packet begins a talkspurt. */
  bool marker_ = true;

  EventSender events_;
  const std::string* dtmfDone_ = nullptr;
  struct {
    uint8_t code = 0;
    uint32_t timestamp = 0;
    /** Of the present segment. */
    uint32_t duration = 0;
    int endsLeft = 0;
    uint32_t sinceSentMs = 0;
    bool isSent = false;
  } event_;
  EventHistory history_;

  uint8_t packet_[kRtpHeaderSize + 2 * 2880 + kMostSrtpTrailer];
  uint64_t packets_ = 0, octets_ = 0, errors_ = 0;
  uint64_t packetsBefore_ = 0, octetsBefore_ = 0;
  /** At the tick before. */
  uint64_t sentBefore_ = 0;
};

}  // namespace offhook
