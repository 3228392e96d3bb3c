// What waits on a socket becomes packets with the time they came at, from a pool that ends.
#include "rtp/inlet.h"

#include "rt/clock.h"
#include "stream_room.h"

using namespace offhook;
using namespace room;

namespace {
constexpr int64_t kSomeNs = 5'000'000'000;

struct Reader {
  Party party;
  Raw peer;
  Inlet inlet;
  explicit Reader(size_t packets) : inlet(packets) {}
  void send(int count) {
    for (int i = 0; i < count; i++) peer.voice(party.rtp, 1);
  }
  std::vector<Packet*> read() {
    inlet.receive(party.rtpFd, kSomeNs);
    std::vector<Packet*> out;
    while (Packet* const each = inlet.next()) out.push_back(each);
    return out;
  }
};

uint16_t numberOf(const Packet& packet) { return uint16_t(packet.bytes[2] << 8 | packet.bytes[3]); }
}  // namespace

TEST("inlet/a packet read late came when the kernel got it, others when they are read") {
  Reader reader(8);
  reader.send(1);
  const auto plain = reader.read();
  REQUIRE(plain.size() == 1);
  CHECK_EQ(plain[0]->arrivedNs, kSomeNs);
  CHECK_EQ(reader.inlet.latestNs(), kSomeNs);
  reader.party.pair.noteArrivals();
  for (const int waitMs : {0, 40, 15}) {
    const int64_t before = monotonicNs();
    reader.send(2);
    const int64_t after = monotonicNs();
    usleep(useconds_t(waitMs) * 1000);
    const auto noted = reader.read();
    REQUIRE(noted.size() == 2);
    // The two clocks are read one after the other.
    for (const Packet* each : noted) CHECK_WITHIN(each->arrivedNs, before - kMillisecondNs, after + kMillisecondNs);
    CHECK(noted[0]->arrivedNs <= noted[1]->arrivedNs + kMillisecondNs);
    CHECK_EQ(reader.inlet.latestNs(), noted[1]->arrivedNs);
    for (Packet* each : noted) reader.inlet.giveBack(each);
  }
}

TEST("inlet/what waited for more than a second, as after a stop, counts as having come now") {
  Reader reader(8);
  reader.party.pair.noteArrivals();
  reader.send(1);
  usleep(1'100'000);
  const auto old = reader.read();
  REQUIRE(old.size() == 1);
  CHECK_EQ(old[0]->arrivedNs, kSomeNs);
}

TEST("inlet/a burst is read whole and in order; beyond the pool it is lost and counted, and what is given back is used again") {
  Reader reader(20);
  for (int round = 0; round < 3; round++) {
    reader.send(50);
    const auto came = reader.read();
    REQUIRE(came.size() == 20);
    for (size_t i = 0; i < came.size(); i++) CHECK_EQ(numberOf(*came[i]), uint16_t(50 * round + int(i)));
    CHECK_EQ(reader.inlet.overflowed(), 30u * unsigned(round + 1));
    CHECK(reader.read().empty());
    for (Packet* each : came) reader.inlet.giveBack(each);
  }
}

TEST("inlet/those from elsewhere take no room from the one expected, however many") {
  Reader reader(4);
  Endpoint peer;
  parseEndpoint(reader.peer.address, peer);
  reader.inlet.accept(peer, Endpoint());
  Raw stranger;
  for (int i = 0; i < 200; i++) stranger.voice(reader.party.rtp, 2);
  reader.send(3);
  CHECK_EQ(reader.read().size(), 3u);
  CHECK_EQ(reader.inlet.strange(), 200u);
  CHECK_EQ(reader.inlet.overflowed(), 0u);
}

TEST("inlet/an empty datagram is a packet, one too large is none") {
  Reader reader(4);
  const uint8_t large[kMaxPacket + 1] = {};
  reader.peer.send(reader.party.rtp, large, 0);
  reader.peer.send(reader.party.rtp, large, sizeof large);
  reader.peer.send(reader.party.rtp, large, kMaxPacket);
  const auto came = reader.read();
  REQUIRE(came.size() == 2);
  CHECK_EQ(came[0]->size, 0u);
  CHECK_EQ(came[1]->size, kMaxPacket);
  CHECK_EQ(reader.inlet.oversize(), 1u);
}
