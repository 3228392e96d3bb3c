// The receiving half of a stream: whose packets count (source address, SSRC, sequence), then events and the jitter buffer.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "../codec/codec.h"
#include "event_receiver.h"
#include "../srtp/session.h"
#include "inlet.h"
#include "jitter_buffer.h"
#include "source.h"

namespace offhook {

class RtpReceiver {
 public:
  /** What the rest of the stream has to know of a packet. Called on the tick thread. */
  struct Listener {
    virtual ~Listener() = default;
    /** First packet, or first since setSilent(), or from another address than before. */
    virtual void onReceiving(const Endpoint& from) = 0;
    /** The peer's real address is certain: two packets in a row have come from there. */
    virtual void onLatched(const Endpoint& from) = 0;
    virtual void onDigit(const Digit& digit) = 0;
    /** RTCP has come on the port of RTP, where that is agreed. */
    virtual void onControl(Packet& packet) = 0;
  };

  RtpReceiver(Listener& listener, SrtpSession& srtp);

  struct Decoder {
    uint8_t payloadType = 0;
    std::unique_ptr<AudioCodec> codec;
  };
  /** One for setJitterBuffer(). Any thread; allocates. */
  std::unique_ptr<JitterBuffer> makeJitterBuffer(uint32_t rate);
  /** `decoders` and `buffer` are of one rate; they become those used before, if any. The buffer goes on where that one ends. */
  void exchange(std::vector<Decoder>& decoders, std::unique_ptr<JitterBuffer>& buffer);
  void exchange(std::vector<Decoder>& decoders);
  /** `redundancy`: the payload type of events with those before them. Durations of events are counted in `clockRate`, Hz. */
  void setEvents(std::optional<uint8_t> payloadType, std::optional<uint8_t> redundancy, uint32_t clockRate);
  void setJitter(uint32_t minMs, uint32_t maxMs) { jitterBuffer_->setBounds(minMs, maxMs); }
  /** The address in the peer's SDP: its packets win over those from elsewhere. A new one ends the latch. */
  void setSignalled(const Endpoint& signalled);
  /** RTCP may come on the port of RTP (RFC 5761). */
  void setMuxed(bool muxed) { muxed_ = muxed; }
  /** False: packets are counted, nothing is heard. */
  void setHearing(bool hearing);

  /** Takes in what has arrived. */
  void drain();
  void give(int16_t* out, size_t samples, int64_t dueNs);
  void tick(int64_t nowNs);
  /** The next packet is onReceiving() again. */
  void setSilent() { receiving_ = false; }
  /** The present source has said BYE: another one may follow at once. */
  void onBye(uint32_t ssrc);

  Inlet& inlet() { return inlet_; }
  Source* source() { return source_ ? &*source_ : nullptr; }
  /** When the last packet that counted came; 0 never. */
  int64_t lastNs() const { return lastNs_; }
  const Endpoint& from() const { return from_; }
  bool isLatched() const { return latched_.isSet(); }
  void addTo(StreamStats& stats) const;

 private:
  void receive(Packet* packet);
  /** False for packets not to be used. */
  bool admit(const Packet& packet, const RtpHeader& header);
  bool admitSource(const Packet& packet, const RtpHeader& header);
  void latch(const Endpoint& from);
  void receiveRedundancy(const RtpView& view, int64_t nowNs);
  void report(const Digits& digits);
  const Decoder* decoderOf(uint8_t payloadType) const;
  int64_t positionOf(const AudioCodec& codec, int64_t sequence);

  Listener& listener_;
  SrtpSession& srtp_;
  Inlet inlet_;
  std::vector<Decoder> decoders_;
  std::optional<uint8_t> eventPayloadType_, redundancyPayloadType_;
  std::unique_ptr<JitterBuffer> jitterBuffer_;
  EventReceiver events_;
  bool hearing_ = true, receiving_ = false, muxed_ = false;

  Endpoint signalled_, latched_, from_;
  std::optional<Source> source_;
  /** Another SSRC that has sent one packet, and the number its next one must have. */
  uint32_t rival_ = 0, rivalNext_ = 0x10000;
  bool left_ = false;
  int64_t timestamp_ = 0;
  int64_t lastNs_ = 0;
  /** The line of time (see Voice): the clock its packets count in, Hz, 0 before any; where timestamp 0 of that lies; its last packet. */
  struct {
    uint32_t clockRate = 0;
    int64_t origin = 0;
    int64_t sequence = 0, position = 0, length = 0;
  } line_;
  const char* codecName_ = nullptr;

  uint64_t packets_ = 0, bytes_ = 0, malformed_ = 0, duplicates_ = 0;
  int64_t lostBefore_ = 0;
};

}  // namespace offhook
