// Whose packets a Stream accepts, and what it says of them.
#include <cmath>

#include "rtp/rtcp.h"
#include "stream_room.h"

using namespace room;

TEST("stream/symmetric: it follows the real source, then nobody else; the SDP's address may take over") {
  Party a;
  Raw signalled, real, stranger;
  REQUIRE(a.open(a.config(signalled.address, signalled.address)));
  const SocketAddress to = a.rtp;
  Room room({&a});
  real.voice(to, 7);
  room.run(20);
  CHECK_EQ(a.stream->stats().remote.port, signalled.address.port);
  real.voice(to, 7);
  room.run(20);
  CHECK_EQ(a.stream->stats().remote.port, real.address.port);
  for (int i = 0; i < 10; i++) {
    stranger.voice(to, 7);
    stranger.voice(to, 8);
    room.run(20);
  }
  CHECK_EQ(a.stream->stats().receivedPackets, 2u);
  CHECK_EQ(a.stream->stats().remote.port, real.address.port);
  for (int i = 0; i < 30; i++) {
    signalled.voice(to, 9);
    room.run(20);
  }
  CHECK_EQ(a.stream->stats().remote.port, signalled.address.port);
  // A new SDP address frees it again.
  Raw moved;
  std::string why;
  REQUIRE(a.update(a.config(moved.address, moved.address), why));
  CHECK_EQ(a.stream->stats().remote.port, moved.address.port);
  stranger.sequence = 500;
  for (int i = 0; i < 30; i++) {
    stranger.voice(to, 10);
    room.run(20);
  }
  CHECK_EQ(a.stream->stats().remote.port, stranger.address.port);
}

TEST("stream/not symmetric: sends where the SDP says; port 0: sends nothing") {
  Party a;
  Raw signalled, real;
  StreamConfig config = a.config(signalled.address, signalled.address);
  config.symmetric = false;
  REQUIRE(a.open(config));
  Room room({&a});
  for (int i = 0; i < 5; i++) real.voice(a.rtp, 7), room.run(20, 3000);
  CHECK_EQ(a.stream->stats().remote.port, signalled.address.port);
  CHECK_EQ(a.stream->stats().receivedPackets, 5u);
  config.symmetric = true;
  config.rtp.port = 0;
  std::string why;
  REQUIRE(a.update(config, why));
  const uint64_t sent = a.stream->stats().sentPackets;
  for (int i = 0; i < 5; i++) real.voice(a.rtp, 7), room.run(20, 3000);
  CHECK_EQ(a.stream->stats().sentPackets, sent);
  config.rtp.address = "no address";
  CHECK(!a.update(config, why));
  CHECK_EQ(why, "no address: no address");
}

TEST("stream/a second SSRC must prove itself; after BYE it need not") {
  Party a;
  Raw peer;
  REQUIRE(a.open(a.config(peer.address, peer.address)));
  Room room({&a});
  for (int i = 0; i < 5; i++) peer.voice(a.rtp, 1), room.run(20);
  CHECK_EQ(a.stream->stats().receivedPackets, 5u);
  peer.voice(a.rtp, 2);
  peer.voice(a.rtp, 1);
  room.run(20);
  CHECK_EQ(a.stream->stats().receivedPackets, 6u);
  peer.voice(a.rtp, 2);
  peer.voice(a.rtp, 2);
  room.run(20);
  CHECK_EQ(a.stream->stats().receivedPackets, 7u);
  uint8_t bye[kMaxRtcpSize];
  peer.send(a.rtcp, bye, buildRtcp(2, nullptr, nullptr, "p", true, bye));
  room.run(10);
  peer.voice(a.rtp, 3);
  room.run(10);
  CHECK_EQ(a.stream->stats().receivedPackets, 8u);
}

TEST("stream/malformed packets, unknown payload types and oversize are counted, not played") {
  Party a;
  Raw peer;
  REQUIRE(a.open(a.config(peer.address, peer.address)));
  Room room({&a});
  const uint8_t junk[4000] = {1, 2, 3};
  peer.send(a.rtp, junk, 3);
  peer.send(a.rtp, junk, sizeof junk);
  peer.send(a.rtcp, junk, 20);
  peer.voice(a.rtp, 1, 0x10, 96);
  room.run(20);
  CHECK_EQ(a.stream->stats().malformedPackets, 3u);
  CHECK_EQ(a.stream->stats().receivedPackets, 0u);
  CHECK_EQ(room.loudest[0], 0);
  CHECK(a.events.empty());
}

TEST("stream/STUN, by which a peer keeps its way open, is neither malformed nor forged, on either port, plain and secured") {
  const SrtpKey key{KeyBytes(reinterpret_cast<const uint8_t*>("0123456789abcdef0123456789abcd"), 30), ""};
  for (const bool secured : {false, true}) {
    Party a;
    Raw peer;
    StreamConfig config = a.config(peer.address, peer.address);
    if (secured) config.srtp = SrtpConfig{SrtpSuite::AesCm128Sha80, key, key};
    REQUIRE(a.open(config));
    Room room({&a});
    uint8_t request[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    for (const auto& port : {a.rtp, a.rtcp}) peer.send(port, request, sizeof request);
    room.run(20);
    CHECK_EQ(a.stream->stats().malformedPackets + a.stream->stats().forgedPackets, 0u);
    // Nothing else passes for it.
    request[7] = 0;
    for (const auto& port : {a.rtp, a.rtcp}) peer.send(port, request, sizeof request);
    room.run(20);
    CHECK_EQ(a.stream->stats().malformedPackets + a.stream->stats().forgedPackets, 2u);
    CHECK(a.events.empty());
  }
}

TEST("stream/a stream that sends nothing keeps its way open, plain and secured, and that is neither sound nor a loss") {
  for (const bool secured : {false, true}) {
    Party a, b;
    StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
    if (secured) {
      const uint8_t key[30] = {1};
      ours.srtp = theirs.srtp = SrtpConfig{SrtpSuite::AesCm128Sha80, {KeyBytes(key, 30), ""}, {KeyBytes(key, 30), ""}};
    }
    ours.keepAliveMs = 15000;
    REQUIRE(a.open(ours) && b.open(theirs));
    Room room({&a, &b});
    room.run(500, 1000);
    std::string why;
    ours.direction = Direction::RecvOnly;
    REQUIRE(a.update(ours, why));
    room.run(100);
    const StreamStats before = b.stream->stats(), sent = a.stream->stats();
    uint8_t packet[64];
    room.run(14700);
    CHECK(recv(b.stream->rtpFd(), packet, sizeof packet, MSG_PEEK | MSG_DONTWAIT) < 0);
    int64_t waitedMs = 0;
    const auto waits = [&] { return recv(b.stream->rtpFd(), packet, sizeof packet, MSG_PEEK | MSG_DONTWAIT) < 0; };
    for (; waits() && waitedMs < 1000; waitedMs += 10) {
      room.nowNs += 10'000'000;
      a.stream->tick(room.nowNs);
    }
    CHECK_WITHIN(waitedMs, 10, 500);
    CHECK_EQ(int(packet[1]), 126);
    room.run(30000);
    ours.direction = Direction::SendRecv;
    REQUIRE(a.update(ours, why));
    room.run(500, 1000);
    const StreamStats after = b.stream->stats();
    CHECK_EQ(after.lostPackets, 0);
    CHECK_EQ(after.malformedPackets + after.forgedPackets, 0u);
    CHECK_EQ(after.receivedPackets - before.receivedPackets, a.stream->stats().sentPackets - sent.sentPackets);
  }
}

TEST("stream/statistics say where a peer should be, where it is, and what it sounds like") {
  Party a;
  Raw said, real;
  REQUIRE(a.open(a.config(said.address, said.address)));
  Room room({&a});
  room.run(100);
  CHECK(std::isnan(a.stream->stats().rating));
  CHECK_EQ(a.stream->stats().source.port, 0);
  for (int i = 0; i < 100; i++) {
    real.voice(a.rtp, 1);
    if (i % 10 == 5) real.sequence++, real.timestamp += 160;
    room.run(20);
  }
  const StreamStats stats = a.stream->stats();
  CHECK_EQ(stats.signalled.port, said.address.port);
  CHECK_EQ(stats.source.port, real.address.port);
  CHECK_EQ(stats.remote.port, real.address.port);
  // One in eleven lost, hidden as well as can be: 93.2 − 95 · 9.1 / (9.1 + 25.1) and some delay.
  CHECK_WITHIN(stats.rating, 62, 68);
  CHECK_WITHIN(stats.mosListening, 3.2, 3.6);
  CHECK_WITHIN(stats.mosConversational, 3.1, stats.mosListening);
}

TEST("stream/silence is said once, and the return of packets again") {
  Party a;
  Raw peer;
  StreamConfig config = a.config(peer.address, peer.address);
  config.silenceMs = 500;
  REQUIRE(a.open(config));
  Room room({&a});
  room.run(2000);
  REQUIRE(a.all<event::StreamSilent>().size() == 1);
  CHECK_EQ(a.all<event::StreamSilent>()[0].forMs, 500u);
  for (int i = 0; i < 50; i++) peer.voice(a.rtp, 1), room.run(20);
  CHECK_EQ(a.all<event::StreamReceiving>().size(), 1u);
  room.run(2000);
  CHECK_EQ(a.all<event::StreamSilent>().size(), 2u);
  config.direction = Direction::Inactive;
  std::string why;
  REQUIRE(a.update(config, why));
  room.run(3000);
  CHECK_EQ(a.all<event::StreamSilent>().size(), 2u);
  config.direction = Direction::RecvOnly;
  REQUIRE(a.update(config, why));
  const uint64_t sent = a.stream->stats().sentPackets;
  room.run(600, 1000);
  CHECK_EQ(a.all<event::StreamSilent>().size(), 3u);
  CHECK_EQ(a.stream->stats().sentPackets, sent);
}
