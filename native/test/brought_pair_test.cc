// Sockets of the application's, and sending from other ports than those received on: what binds, what is refused, what is heard.
#include <fcntl.h>

#include "engine/pair_stock.h"
#include "stream_room.h"

using namespace room;

namespace {
/** A stock that notes what it tells. */
struct Lab {
  std::vector<Event> events;
  PairStock stock{bindPair, [this](Event&& event) { events.push_back(std::move(event)); }};
  template <typename E>
  const E* last() const { return events.empty() ? nullptr : std::get_if<E>(&events.back()); }
  std::string refusal(const command::BringPair& order) {
    stock.bring(order);
    const auto* failed = last<event::PairsFailed>();
    return failed && failed->ref == order.ref ? failed->reason : "brought";
  }
};
bool isOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }
}  // namespace

TEST("brought/sockets of the application's: told with their ports, heard and spoken through, still its own afterwards") {
  Lab lab;
  Raw rtp, rtcp, peer;
  lab.stock.bring({7, {rtp.fd, {}}, SocketSource{rtcp.fd, {}}, 46});
  const auto* ready = lab.last<event::PairReady>();
  REQUIRE(ready && ready->ref == 7u);
  CHECK_EQ(ready->rtpPort, rtp.address.port);
  CHECK_EQ(ready->rtcpPort, rtcp.address.port);
  CHECK_EQ(ready->address, "127.0.0.1");
  {
    Party a;
    a.pair = std::move(*lab.stock.take(ready->pair, 0));
    REQUIRE(a.open(a.config(peer.address, peer.address)));
    Room room({&a});
    for (int i = 0; i < 10; i++) {
      peer.voice(rtp.address, 5, 0x80);
      room.run(20, 100);
    }
    CHECK(room.loudest[0] > 10000);
    uint8_t packet[400];
    Endpoint from;
    from.length = sizeof from.v6;
    REQUIRE(recvfrom(peer.fd, packet, sizeof packet, 0, &from.generic, &from.length) == kRtpHeaderSize + 160);
    CHECK_EQ(from.port(), rtp.address.port);
  }
  CHECK(isOpen(rtp.fd) && isOpen(rtcp.fd));
}

TEST("brought/addresses: bound to the very ports; without one for RTCP the next port") {
  Lab lab;
  SocketPair free;
  std::string why;
  for (const char* address : {"127.0.0.1", "::1"}) {
    REQUIRE(bindPair(address, 20000, 60000, 46, free, why));
    const uint16_t even = free.rtpPort;
    free = SocketPair();
    // An odd port for RTP is as good.
    lab.stock.bring({1, {-1, {address, uint16_t(even + 1)}}, SocketSource{-1, {address, even}}, 46});
    const auto* odd = lab.last<event::PairReady>();
    REQUIRE(odd && odd->rtpPort == even + 1 && odd->rtcpPort == even);
    CHECK(lab.stock.take(odd->pair, 0));
    lab.stock.bring({2, {-1, {address, even}}, {}, 46});
    const auto* next = lab.last<event::PairReady>();
    REQUIRE(next && next->rtpPort == even && next->rtcpPort == even + 1);
    // Taken now: said with the port.
    CHECK_EQ(lab.refusal({3, {-1, {address, even}}, {}, 46}), std::string("cannot bind ") + address + " port " + std::to_string(even) + ": EADDRINUSE");
  }
}

TEST("brought/what is no bound UDP socket is refused in words, and nothing is kept of it") {
  Lab lab;
  const int tcp = socket(AF_INET, SOCK_STREAM, 0), unbound = socket(AF_INET, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_DGRAM, 0);
  const int file = open("/dev/null", O_RDONLY);
  const auto said = [](int fd, const char* what) { return "descriptor " + std::to_string(fd) + ": " + what; };
  const auto refusal = [&](int fd) { return lab.refusal({9, {fd, {}}, {}, 0}); };
  CHECK_EQ(refusal(tcp), said(tcp, "expected a UDP socket"));
  CHECK_EQ(refusal(local), said(local, "expected a UDP socket"));
  CHECK_EQ(refusal(unbound), said(unbound, "expected a bound socket"));
  CHECK_EQ(refusal(file), said(file, "ENOTSOCK"));
  for (const int fd : {tcp, unbound, local, file}) close(fd);
  CHECK_EQ(refusal(tcp), said(tcp, "EBADF"));
  CHECK_EQ(lab.refusal({9, {-1, {"pbx.example.com", 5000}}, {}, 0}), "no address: pbx.example.com");
  Raw v4;
  SocketPair v6;
  std::string why;
  REQUIRE(bindPair("::1", 20000, 60000, 46, v6, why));
  CHECK_EQ(lab.refusal({9, {v4.fd, {}}, SocketSource{v6.rtp, {}}, 0}), "RTP and RTCP are of two families");
}

TEST("brought/pairs outlive orders of the stock, and are bounded") {
  Lab lab;
  Raw one, other;
  const command::BringPair order{1, {one.fd, {}}, SocketSource{other.fd, {}}, 46};
  for (int i = 0; i < 64; i++) lab.stock.bring(order);
  REQUIRE(lab.last<event::PairReady>());
  const PairId last = lab.last<event::PairReady>()->pair;
  CHECK_EQ(lab.refusal(order), "too many pairs wait to be opened: 64");
  lab.stock.order({"127.0.0.1", 20000, 60000, 2, 46}, 0);
  CHECK_EQ(lab.stock.size(), 2u);
  lab.stock.order({"127.0.0.1", 20000, 60000, 0, 46}, 0);
  lab.stock.order({"", 20000, 60000, 0, 46}, 0);
  CHECK_EQ(lab.stock.size(), 0u);
  CHECK(lab.stock.release(last, 0));
  CHECK(!lab.stock.has(last) && !lab.stock.release(last, 0));
}

TEST("asymmetric: sent from other ports than received on, sound and reports both ways, wherever the peer answers to") {
  for (const bool latching : {false, true}) {
    Party a, b, other;
    Raw tap;
    const uint16_t from = other.rtp.port;
    a.pair.sendFrom(std::move(other.pair));
    StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
    theirs.symmetric = latching;
    REQUIRE(a.open(ours) && b.open(theirs));
    Room room({&a, &b});
    room.run(16000, 12000);
    CHECK(room.loudest[0] > 10000 && room.loudest[1] > 10000);
    const StreamStats heard = b.stream->stats();
    CHECK_EQ(heard.source.port, from);
    CHECK_EQ(heard.remote.port, latching ? from : a.rtp.port);
    CHECK(heard.source.port != a.rtp.port);
    for (const Party* each : {&a, &b}) CHECK(each->stream->stats().roundTripMs >= 0);
  }
}
