// RTCP of a stream: reports sent when due, and what the peer's reports tell.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "inlet.h"
#include "receiver.h"
#include "rtcp.h"
#include "rtcp_interval.h"
#include "sender.h"

namespace offhook {

class RtcpControl {
 public:
  /** How the stream is heard here now; must not allocate. */
  using Measure = std::function<void(VoipMetrics&)>;
  /** `wallNs`: nanoseconds to be added to the monotonic clock to make Unix time. */
  RtcpControl(SrtpSession& srtp, RtpSender& sender, RtpReceiver& receiver, int64_t wallNs, Random random, Measure measure);
  /** Says BYE (§6.3.7) when anything was ever sent. */
  ~RtcpControl();

  /**
   * From which socket and where reports go, and the name they carry. A new address ends the latch. `muxed`: they go where RTP
   * goes, whatever `to` says (RFC 5761).
   */
  void set(int fd, const Endpoint& to, const std::string& cname, bool symmetric, bool muxed);
  /** What goes along with the reports: how the peer is heard, and what a side needs that sends no sound to know the round trip. */
  void setExtended(bool voice, ReceiverRoundTrip roundTrip) {
    voice_ = voice;
    roundTrip_ = roundTrip;
  }
  void tick(int64_t nowNs);
  void receive(Packet& packet);

  Inlet& inlet() { return inlet_; }
  void addTo(StreamStats& stats) const;

 private:
  void send(int64_t nowNs, bool bye);
  size_t extend(uint8_t* out, bool isSender, int64_t nowNs);
  /** From `sentTime` here (the middle 32 bits of NTP) to `arrivedNs`, of which the peer took `delay`, 1/65536 s. */
  void measureRoundTrip(uint32_t sentTime, uint32_t delay, int64_t arrivedNs);
  uint64_t ntpAt(int64_t nowNs) const;

  int fd_ = -1;
  SrtpSession& srtp_;
  RtpSender& sender_;
  RtpReceiver& receiver_;
  const int64_t wallNs_;
  const Measure measure_;
  RtcpInterval interval_;
  Inlet inlet_;
  Endpoint signalled_, to_;
  std::string cname_;
  bool symmetric_ = true, muxed_ = false, voice_ = false, started_ = false;
  ReceiverRoundTrip roundTrip_ = ReceiverRoundTrip::Off;
  /** The reference time of the peer's that is not answered yet, and when it came. */
  std::optional<ReferenceHeard> reference_;
  int64_t referenceNs_ = 0;
  uint64_t sentBefore_ = 0, reports_ = 0, malformed_ = 0;
  int64_t lastTickNs_ = 0;

  bool heard_ = false;
  double roundTripMs_ = -1;
  int32_t peerLost_ = 0;
  double peerJitterMs_ = 0;
  std::optional<VoipMetrics> peerVoice_;
};

}  // namespace offhook
