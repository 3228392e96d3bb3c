// RFC 3550 §6.3 and §6.4.1: when, what, and the round trip from LSR and DLSR; without sound sent, from RFC 3611 §4.4 and §4.5.
#include "control.h"

#include <sys/socket.h>

namespace offhook {

namespace {
constexpr size_t kPackets = 4;
constexpr uint64_t kNtpToUnix = 2208988800u;  // Seconds from 1900 to 1970.

uint32_t middle(uint64_t ntp) { return uint32_t(ntp >> 16); }
}  // namespace

RtcpControl::RtcpControl(SrtpSession& srtp, RtpSender& sender, RtpReceiver& receiver, int64_t wallNs, Random random, Measure measure)
    : srtp_(srtp), sender_(sender), receiver_(receiver), wallNs_(wallNs), measure_(std::move(measure)), interval_(std::move(random)), inlet_(kPackets) {}

RtcpControl::~RtcpControl() {
  if (sender_.packets() > 0 || reports_ > 0) send(lastTickNs_, true);
}

void RtcpControl::set(int fd, const Endpoint& to, const std::string& cname, bool symmetric, bool muxed) {
  fd_ = fd;
  if (cname_ != cname) cname_ = cname;
  symmetric_ = symmetric;
  muxed_ = muxed;
  if (to == signalled_) return;
  signalled_ = to_ = to;
}

uint64_t RtcpControl::ntpAt(int64_t nowNs) const {
  const uint64_t unixNs = uint64_t(nowNs + wallNs_);
  const uint64_t seconds = unixNs / 1'000'000'000, rest = unixNs % 1'000'000'000;
  return (seconds + kNtpToUnix) << 32 | (rest << 32) / 1'000'000'000;
}

void RtcpControl::tick(int64_t nowNs) {
  lastTickNs_ = nowNs;
  while (Packet* const packet = inlet_.next()) {
    receive(*packet);
    inlet_.giveBack(packet);
  }
  if (!started_) {
    started_ = true;
    interval_.start(nowNs);
  }
  if (interval_.isDue(nowNs, heard_)) send(nowNs, false);
}

void RtcpControl::receive(Packet& packet) {
  // From the host the media comes from, or the one in the SDP; nobody else has a say.
  if (!packet.from.sameHost(signalled_) && !packet.from.sameHost(receiver_.from())) return;
  if (isStun(packet.bytes, packet.size) || !srtp_.openRtcp(packet.bytes, packet.size)) return;
  RtcpReport report;
  if (!parseRtcp(packet.bytes, packet.size, sender_.ssrc(), report)) {
    ++malformed_;
    return;
  }
  heard_ = true;
  interval_.received(packet.size);
  Source* const source = receiver_.source();
  const bool ours = source && source->ssrc() == report.ssrc;
  if (ours && report.isSender) source->senderReport(report.sender.ntp, packet.arrivedNs);
  if (ours && symmetric_) to_ = packet.from;
  const XrBlocks& extended = report.extended;
  if (extended.voice) peerVoice_ = extended.voice;
  if (extended.heard) measureRoundTrip(extended.heard->time, extended.heard->delay, packet.arrivedNs);
  if (extended.reference) {
    reference_ = ReferenceHeard{report.ssrc, middle(*extended.reference), 0};
    referenceNs_ = packet.arrivedNs;
  }
  if (report.bye) receiver_.onBye(report.ssrc);
  if (!report.hasBlock) return;
  peerLost_ = report.block.lost;
  sender_.expectLoss(report.block.fractionLost * 100u / 256);
  peerJitterMs_ = double(report.block.jitter) * 1000 / sender_.codec().clockRate();
  if (report.block.lastSr != 0) measureRoundTrip(report.block.lastSr, report.block.delaySinceLastSr, packet.arrivedNs);
}

void RtcpControl::measureRoundTrip(uint32_t sentTime, uint32_t delay, int64_t arrivedNs) {
  const int32_t roundTrip = int32_t(middle(ntpAt(arrivedNs)) - sentTime - delay);
  if (roundTrip >= 0) roundTripMs_ = double(roundTrip) * 1000 / 65536;
}

void RtcpControl::send(int64_t nowNs, bool bye) {
  const Endpoint& to = muxed_ ? sender_.target() : to_;
  if (!to.isSet() || to.port() == 0) return;
  SenderInfo info;
  info.ntp = ntpAt(nowNs);
  info.rtpTimestamp = sender_.timestampAt(nowNs);
  info.packets = uint32_t(sender_.packets() - sender_.packetsBefore());
  info.octets = uint32_t(sender_.octets() - sender_.octetsBefore());
  // §6.4: a sender is who has sent since the report before.
  const bool isSender = sender_.packets() != sentBefore_;
  sentBefore_ = sender_.packets();
  ReportBlock block;
  Source* const source = receiver_.source();
  if (source) block = source->report(nowNs);
  uint8_t packet[kMaxRtcpSize + kXrSize + kMostSrtpTrailer];
  size_t plain = buildRtcp(sender_.ssrc(), isSender ? &info : nullptr, source ? &block : nullptr, cname_, bye, packet);
  if (!bye) plain += extend(packet + plain, isSender, nowNs);
  const size_t size = srtp_.protectRtcp(packet, plain);
  if (size > 0 && sendto(fd_, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL, &to.generic, to.length) == ssize_t(size)) ++reports_;
  interval_.sent(nowNs, size);
}

size_t RtcpControl::extend(uint8_t* out, bool isSender, int64_t nowNs) {
  XrBlocks blocks;
  Source* const source = receiver_.source();
  if (voice_ && source) measure_(blocks.voice.emplace());
  if (roundTrip_ != ReceiverRoundTrip::Off && !isSender) blocks.reference = ntpAt(nowNs);
  if (reference_ && (roundTrip_ == ReceiverRoundTrip::All || (roundTrip_ == ReceiverRoundTrip::Senders && isSender))) {
    reference_->delay = uint32_t(double(nowNs - referenceNs_) * 65536e-9);
    blocks.heard = reference_;
    reference_.reset();
  }
  return buildXr(sender_.ssrc(), source ? source->ssrc() : 0, blocks, out);
}

void RtcpControl::addTo(StreamStats& stats) const {
  stats.malformedPackets += malformed_;
  if (roundTripMs_ >= 0) stats.roundTripMs = roundTripMs_;
  stats.peerVoice = peerVoice_;
  if (!heard_) return;
  stats.peerLostPackets = peerLost_;
  stats.peerJitterMs = peerJitterMs_;
}

}  // namespace offhook
