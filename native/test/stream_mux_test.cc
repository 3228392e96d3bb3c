// RTP and RTCP on one port (RFC 5761): what goes where, and what is told apart.
#include "rtp/rtcp.h"
#include "stream_room.h"

using namespace room;

namespace {
SrtpConfig srtp(uint8_t send, uint8_t receive) {
  const auto key = [](uint8_t seed) {
    uint8_t bytes[30];
    std::fill_n(bytes, sizeof bytes, seed);
    return SrtpKey{KeyBytes(bytes, sizeof bytes), ""};
  };
  return {SrtpSuite::AesCm128Sha80, key(send), key(receive)};
}

/** What waits on a socket: how many of RTP and of RTCP. */
struct Seen {
  int rtp = 0, rtcp = 0;
};
Seen drain(const Raw& raw) {
  Seen seen;
  uint8_t packet[1500];
  while (const size_t size = raw.read(packet, sizeof packet)) ++(isRtcp(packet, size) ? seen.rtcp : seen.rtp);
  return seen;
}

/** Lets `seconds` pass; what came meanwhile, read before a socket could be full. */
struct Split {
  Seen peer, control;
};
Split listen(Room& room, const Raw& peer, const Raw& control, int seconds) {
  Split all;
  for (int i = 0; i < seconds; i++) {
    room.run(1000, 100);
    const Seen one = drain(peer), other = drain(control);
    all.peer.rtp += one.rtp, all.peer.rtcp += one.rtcp;
    all.control.rtp += other.rtp, all.control.rtcp += other.rtcp;
  }
  return all;
}

/** A report of the source `ssrc` with a block about `about`. */
void report(const Raw& raw, const SocketAddress& to, uint32_t ssrc, uint32_t about, bool bye = false) {
  SenderInfo sender;
  ReportBlock block;
  block.ssrc = about;
  block.lost = 7;
  uint8_t packet[kMaxRtcpSize];
  raw.send(to, packet, buildRtcp(ssrc, &sender, &block, "raw@host", bye, packet));
}
}  // namespace

TEST("stream/mux: reports and sound share a port both ways, plain and secured; the RTCP ports stay quiet") {
  for (const bool secured : {false, true}) {
    Party a, b;
    Raw nowhere;  // In the place of an RTCP port: nothing may come there.
    StreamConfig ours = a.config(b.rtp, nowhere.address), theirs = b.config(a.rtp, nowhere.address);
    ours.rtcpMux = theirs.rtcpMux = true;
    if (secured) ours.srtp = srtp(1, 2), theirs.srtp = srtp(2, 1);
    REQUIRE(a.open(ours) && b.open(theirs));
    Room room({&a, &b});
    room.run(16000, 12000);
    CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
    for (const Party* each : {&a, &b}) {
      const StreamStats stats = each->stream->stats();
      CHECK(stats.roundTripMs >= 0 && stats.peerLostPackets == 0);
      CHECK_EQ(stats.malformedPackets + stats.forgedPackets + uint64_t(stats.lostPackets), 0u);
    }
    CHECK_EQ(drain(nowhere).rtcp, 0);
  }
}

TEST("stream/mux: agreed on later it moves there, given up it moves back") {
  Party a;
  Raw peer, control;
  StreamConfig config = a.config(peer.address, control.address);
  config.symmetric = false;
  REQUIRE(a.open(config));
  Room room({&a});
  std::string why;
  Split heard = listen(room, peer, control, 8);
  CHECK(heard.peer.rtcp == 0 && heard.control.rtcp > 0);
  config.rtcpMux = true;
  REQUIRE(a.update(config, why));
  heard = listen(room, peer, control, 12);
  CHECK(heard.peer.rtcp > 0 && heard.control.rtcp == 0);
  CHECK_EQ(heard.peer.rtp, 600);
  config.rtcpMux = false;
  REQUIRE(a.update(config, why));
  heard = listen(room, peer, control, 12);
  CHECK(heard.peer.rtcp == 0 && heard.control.rtcp > 0);
  CHECK_EQ(heard.control.rtp, 0);
}

TEST("stream/mux: a report on the port of RTP counts where it is agreed, and is refused where not") {
  for (const bool muxed : {true, false}) {
    Party a;
    Raw peer;
    StreamConfig config = a.config(peer.address, peer.address);
    config.rtcpMux = muxed;
    REQUIRE(a.open(config));
    Room room({&a});
    uint8_t packet[400];
    uint32_t ssrc = 0;
    for (int i = 0; i < 10; i++) {
      peer.voice(a.rtp, 5, 0x80);
      room.run(20, 100);
      if (peer.read(packet, sizeof packet) > kRtpHeaderSize && !isRtcp(packet, 2)) ssrc = read32(packet + 8);
    }
    report(peer, a.rtp, 5, ssrc);
    room.run(20, 100);
    const StreamStats stats = a.stream->stats();
    CHECK_EQ(stats.peerLostPackets == 7, muxed);
    CHECK_EQ(stats.malformedPackets, muxed ? 0u : 1u);
    CHECK_EQ(stats.receivedPackets, 10u);
    // A report cut short is malformed, not sound; and all that is at hand of one byte is nothing.
    const uint8_t stub[] = {0x81, 200, 0, 6};
    peer.send(a.rtp, stub, sizeof stub);
    peer.send(a.rtp, stub, 1);
    room.run(20, 100);
    CHECK_EQ(a.stream->stats().malformedPackets, muxed ? 2u : 3u);
  }
}

TEST("stream/mux: marked packets of dynamic payload types are sound, whatever their second byte") {
  Party a;
  Raw peer;
  StreamConfig config = a.config(peer.address, peer.address);
  config.rtcpMux = true;
  config.receive[0].payloadType = 96;  // With the marker 0xe0, one above RTCP's.
  REQUIRE(a.open(config));
  Room room({&a});
  for (int i = 0; i < 10; i++) {
    peer.voice(a.rtp, 5, 0x80, 96 | 0x80);
    room.run(20, 100);
  }
  CHECK_EQ(a.stream->stats().receivedPackets, 10u);
  CHECK_EQ(a.stream->stats().malformedPackets, 0u);
}
