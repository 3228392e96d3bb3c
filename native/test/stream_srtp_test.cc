// Secured streams on loopback: what they hear, what they refuse, and new keys under way.
#include "stream_room.h"

using namespace room;

namespace {
SrtpKey keyOf(uint8_t seed) {
  uint8_t bytes[30];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = uint8_t(seed + 11 * i);
  return {KeyBytes(bytes, sizeof bytes), ""};
}
SrtpConfig srtp(uint8_t send, uint8_t receive) { return {SrtpSuite::AesCm128Sha80, keyOf(send), keyOf(receive)}; }

struct Pair {
  Party a, b;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  bool open(std::optional<SrtpConfig> mine, std::optional<SrtpConfig> its) {
    ours.srtp = std::move(mine);
    theirs.srtp = std::move(its);
    return a.open(ours) && b.open(theirs);
  }
};
}  // namespace

TEST("stream/secured: sound, digits and reports pass both ways; not one packet is plain") {
  Pair pair;
  Raw tap;
  REQUIRE(pair.open(srtp(1, 2), srtp(2, 1)));
  Room room({&pair.a, &pair.b});
  // Two reports of each side (RFC 3550 §6.2) have come by then, whatever chance says.
  room.run(10000, 12000);
  CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
  pair.a.stream->sendDtmf("5", 100, 50);
  room.run(400, 12000);
  const auto digits = pair.b.all<event::Dtmf>();
  REQUIRE(!digits.empty());
  CHECK_EQ(digits.back().digit, '5');
  const StreamStats stats = pair.b.stream->stats();
  CHECK_EQ(stats.srtp, "AES_CM_128_HMAC_SHA1_80");
  CHECK_EQ(stats.forgedPackets + stats.replayedPackets + uint64_t(stats.lostPackets), 0u);
  CHECK(stats.roundTripMs >= 0);
  // To a bare socket: the payload of silence would be 0xff all through.
  pair.ours.rtp = tap.address;
  pair.ours.symmetric = false;
  std::string why;
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(100);
  uint8_t packet[400];
  REQUIRE(tap.read(packet, sizeof packet) == kRtpHeaderSize + 160 + 10);
  CHECK(std::count(packet + kRtpHeaderSize, packet + kRtpHeaderSize + 160, 0xff) < 20);
}

TEST("stream/secured: plain, foreign and repeated packets are counted and not heard") {
  Party a, b, stranger;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  ours.srtp = srtp(1, 2);
  theirs.srtp = srtp(3, 1);
  REQUIRE(a.open(ours) && b.open(theirs));
  Raw plain;
  Room room({&a, &b});
  for (int i = 0; i < 20; i++) {
    plain.voice(a.rtp, 5, 0x80);
    room.run(20, 12000);
  }
  CHECK_EQ(room.loudest[0], 0);
  CHECK(room.loudest[1] > 10000);
  const StreamStats stats = a.stream->stats();
  CHECK_EQ(stats.receivedPackets, 0u);
  CHECK(stats.forgedPackets >= 38);
  CHECK(a.all<event::StreamReceiving>().empty());
}

TEST("stream/secured: other keys under way lose nothing but what was sealed too early; a key that stays goes on counting") {
  Pair pair;
  REQUIRE(pair.open(srtp(1, 2), srtp(2, 1)));
  Room room({&pair.a, &pair.b});
  std::string why;
  room.run(1000, 12000);
  // Hold and resume with the same keys.
  pair.ours.direction = Direction::SendOnly;
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(300, 12000);
  pair.ours.direction = Direction::SendRecv;
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(500, 12000);
  CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
  CHECK_EQ(pair.b.stream->stats().forgedPackets + pair.b.stream->stats().replayedPackets, 0u);
  // The peer of a learns first that a sends with key 4: until a does, key 1 is taken.
  pair.theirs.srtp = srtp(2, 4);
  REQUIRE(pair.b.update(pair.theirs, why));
  room.run(500, 12000);
  CHECK(room.loudest[1] > 10000);
  CHECK_EQ(pair.b.stream->stats().forgedPackets, 0u);
  pair.ours.srtp = srtp(4, 2);
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(500, 12000);
  CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
  CHECK_EQ(pair.b.stream->stats().forgedPackets, 0u);
  // The old key is of no use once the new one has been heard.
  pair.ours.srtp = srtp(1, 2);
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(300, 12000);
  CHECK(pair.b.stream->stats().forgedPackets > 10);
}

TEST("stream/from secured to plain and back: nothing secured is heard plain, nothing plain where it is secured") {
  Pair pair;
  REQUIRE(pair.open({}, {}));
  Room room({&pair.a, &pair.b});
  std::string why;
  room.run(500, 12000);
  CHECK(room.loudest[1] > 10000);
  pair.theirs.srtp = srtp(2, 1);
  REQUIRE(pair.b.update(pair.theirs, why));
  room.run(300, 12000);
  room.run(300, 12000);
  CHECK_EQ(room.loudest[1], 0);
  pair.ours.srtp = srtp(1, 2);
  REQUIRE(pair.a.update(pair.ours, why));
  room.run(500, 12000);
  CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
  pair.ours.srtp = {};
  pair.theirs.srtp = {};
  REQUIRE(pair.a.update(pair.ours, why) && pair.b.update(pair.theirs, why));
  room.run(500, 12000);
  CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
  CHECK_EQ(pair.a.stream->stats().srtp, "");
}
