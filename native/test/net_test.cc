// Addresses, the limit per source, and the batching socket below the UDP binding.
#include <poll.h>

#include <string>

#include "check.h"
#include "net/endpoint.h"
#include "net/peer_cache.h"
#include "net/source_limiter.h"
#include "net/udp_socket.h"

using namespace offhook;

namespace {
Endpoint at(const char* address, uint16_t port) {
  Endpoint out;
  if (!parseEndpoint(address, port, out)) check::fail(__FILE__, __LINE__, address);
  return out;
}
constexpr int64_t kSecond = 1'000'000'000;
}  // namespace

TEST("net/address literals, and nothing else, become endpoints") {
  Endpoint out;
  CHECK(parseEndpoint("192.0.2.1", 5060, out));
  CHECK_EQ(out.address(), "192.0.2.1");
  CHECK_EQ(out.port(), 5060);
  CHECK(parseEndpoint("2001:DB8:0::1", 1, out));
  CHECK_EQ(out.address(), "2001:db8::1");
  for (const char* bad : {"", "localhost", "[::1]", "1.2.3", "1.2.3.4.5", "::1%lo", " 1.2.3.4"}) CHECK(!parseEndpoint(bad, 1, out));
  CHECK_EQ(out.address(), "2001:db8::1");
  CHECK(at("192.0.2.1", 1) != at("192.0.2.1", 2));
  CHECK(at("192.0.2.1", 1).sameHost(at("192.0.2.1", 2)));
  CHECK(at("0.0.0.0", 1).isAny() && at("::", 1).isAny() && !at("::1", 1).isAny());
  CHECK_EQ(errnoName(ECONNREFUSED), "ECONNREFUSED");
}

TEST("net/a source has its burst, then its rate; others are untouched; an IPv6 /64 is one source") {
  SourceLimiter limiter(10, 5, 42);
  const Endpoint flood = at("192.0.2.1", 1000), quiet = at("192.0.2.2", 1000);
  int admitted = 0;
  for (int i = 0; i < 1000; i++) admitted += limiter.admit(at("192.0.2.1", uint16_t(i + 1)), 0);
  CHECK_EQ(admitted, 5);
  CHECK(limiter.admit(quiet, 0));
  CHECK(!limiter.admit(flood, kSecond / 20));
  CHECK(limiter.admit(flood, kSecond / 10));
  CHECK(!limiter.admit(flood, kSecond / 10));
  admitted = 0;
  for (int i = 0; i < 100; i++) admitted += limiter.admit(flood, 100 * kSecond);
  CHECK_EQ(admitted, 5);
  admitted = 0;
  for (int i = 1; i < 100; i++) admitted += limiter.admit(at(("2001:db8::" + std::to_string(i)).c_str(), 1), 0);
  CHECK_EQ(admitted, 5);
  CHECK(limiter.admit(at("2001:db8:0:1::1", 1), 0));
}

TEST("net/many sources do not push out one that keeps sending; no rate means no limit") {
  SourceLimiter limiter(1, 2, 7);
  const Endpoint flood = at("10.0.0.1", 1);
  int admitted = 0;
  for (int i = 0; i < 500; i++) {
    admitted += limiter.admit(flood, i * 1000);
    limiter.admit(at(("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)).c_str(), 1), i * 1000);
  }
  CHECK_EQ(admitted, 2);
  SourceLimiter none(0, 1, 7);
  for (int i = 0; i < 100; i++) CHECK(none.admit(flood, 0));
}

TEST("net/the cache of peers tells newcomers and never mixes two up") {
  PeerCache cache;
  int news = 0;
  for (int round = 0; round < 2; round++) {
    for (int i = 1; i <= 1000; i++) {
      bool isNew = false;
      const size_t slot = cache.slotOf(at("192.0.2.7", uint16_t(i)), isNew);
      news += isNew;
      bool again = true;
      CHECK_EQ(cache.slotOf(at("192.0.2.7", uint16_t(i)), again), slot);
      CHECK(!again);
      const std::string text = "10.0.0." + std::to_string(i % 250);
      const Endpoint* parsed = cache.parse(text.c_str(), text.size(), uint16_t(i));
      REQUIRE(parsed != nullptr);
      CHECK(*parsed == at(text.c_str(), uint16_t(i)));
    }
  }
  CHECK(news >= 1000);
  CHECK(cache.parse("nonsense", 8, 5) == nullptr);
  CHECK(cache.parse(std::string(100, '1').c_str(), 100, 5) == nullptr);
}

TEST("net/a batch of 16 at most, a full queue flushes itself, errors name their destination") {
  int error = 0;
  const auto a = UdpSocket::open(at("127.0.0.1", 0), 26, error), b = UdpSocket::open(at("127.0.0.1", 0), 0, error);
  REQUIRE(a && b);
  CHECK(UdpSocket::open(b->local(), 0, error) == nullptr);
  CHECK_EQ(error, EADDRINUSE);
  for (int i = 0; i < 100; i++) {
    char* const room = a->room(4);
    REQUIRE(room != nullptr);
    std::snprintf(room, 4, "%03d", i);
    a->queue(b->local(), 3);
  }
  CHECK_EQ(a->sent, 64u);
  CHECK(a->flush());
  CHECK_EQ(a->sent, 100u);
  const Datagram* got = nullptr;
  int next = 0;
  for (size_t count = b->receive(99, got, error); count > 0; count = b->receive(99, got, error)) {
    CHECK(count <= 16);
    for (size_t i = 0; i < count; i++) {
      CHECK_EQ(std::stoi(std::string(got[i].data, got[i].size)), next++);
      CHECK(got[i].from == a->local());
    }
  }
  CHECK_EQ(next, 100);
  CHECK_EQ(error, 0);

  Endpoint gone;
  { gone = UdpSocket::open(at("127.0.0.1", 0), 0, error)->local(); }
  for (const Endpoint& to : {gone, b->local(), gone, b->local()}) {
    a->room(1)[0] = 'x';
    a->queue(to, 1);
    CHECK(a->flush());
  }
  Unreachable failed;
  CHECK(!a->nextFailure(failed));
  REQUIRE(a->nextError(failed));
  CHECK(failed.to == gone);
  CHECK_EQ(failed.error, ECONNREFUSED);
  REQUIRE(a->nextError(failed));
  CHECK(!a->nextError(failed));
  CHECK_EQ(b->receive(16, got, error), 2u);

  a->room(1)[0] = 'x';
  a->queue(at("255.255.255.255", 9), 1);  // Broadcast is not allowed here.
  CHECK(a->flush());
  REQUIRE(a->nextFailure(failed));
  CHECK_EQ(failed.error, EACCES);
}
