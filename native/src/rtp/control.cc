// RFC 3550 §6.3 and §6.4.1: when, what, and the round trip from LSR and DLSR.
#include "control.h"

#include <sys/socket.h>

namespace offhook {

namespace {
constexpr size_t kPackets = 4;
constexpr uint64_t kNtpToUnix = 2208988800u;  // Seconds from 1900 to 1970.
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
  if (!srtp_.openRtcp(packet.bytes, packet.size)) return;
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
  if (report.hasVoice) peerVoice_ = report.voice;
  if (report.bye) receiver_.onBye(report.ssrc);
  if (!report.hasBlock) return;
  peerLost_ = report.block.lost;
  sender_.expectLoss(report.block.fractionLost * 100u / 256);
  peerJitterMs_ = double(report.block.jitter) * 1000 / sender_.codec().clockRate();
  if (report.block.lastSr == 0) return;
  const int32_t roundTrip = int32_t(uint32_t(ntpAt(packet.arrivedNs) >> 16) - report.block.lastSr - report.block.delaySinceLastSr);
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
  if (extended_ && source && !bye) {
    VoipMetrics voice;
    measure_(voice);
    plain += buildXr(sender_.ssrc(), source->ssrc(), voice, packet + plain);
  }
  const size_t size = srtp_.protectRtcp(packet, plain);
  if (size > 0 && sendto(fd_, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL, &to.generic, to.length) == ssize_t(size)) ++reports_;
  interval_.sent(nowNs, size);
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
