// A whole Stream on loopback sockets, its time virtual: the kernel delivers at once.
#include "rtp/stream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "check.h"
#include "net/endpoint.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"

using namespace offhook;

namespace {

Codec pcmu() {
  Codec codec;
  codec.name = "PCMU";
  return codec;
}

struct Party {
  SocketPair pair;
  std::unique_ptr<Stream> stream;
  std::vector<Event> events;
  SocketAddress rtp, rtcp;

  explicit Party(const char* address = "127.0.0.1") {
    std::string why;
    if (!bindPair(address, 20000, 60000, 46, pair, why)) check::fail(__FILE__, __LINE__, why);
    rtp.address = rtcp.address = address;
    rtp.port = pair.rtpPort;
    rtcp.port = pair.rtcpPort;
  }
  StreamConfig config(const SocketAddress& toRtp, const SocketAddress& toRtcp) const {
    StreamConfig config;
    config.rtp = toRtp;
    config.rtcp = toRtcp;
    config.send = pcmu();
    config.receive = {pcmu()};
    config.eventSend = config.eventReceive = 101;
    config.cname = "test@example.com";
    return config;
  }
  bool open(const StreamConfig& config) {
    std::string why;
    stream = Stream::create("call:1", std::move(pair), config, [this](Event&& event) { events.push_back(std::move(event)); }, why);
    if (!stream) check::fail(__FILE__, __LINE__, why);
    return stream != nullptr;
  }
  template <typename E>
  std::vector<E> all() const {
    std::vector<E> out;
    for (const Event& each : events) {
      if (const E* one = std::get_if<E>(&each)) out.push_back(*one);
    }
    return out;
  }
};

struct Room {
  int64_t nowNs = 1'000'000'000;
  std::vector<Party*> parties;
  /** What each heard last, and the loudest. */
  std::vector<int> loudest;

  explicit Room(std::vector<Party*> all) : parties(std::move(all)) {}

  /** Lets `ms` pass; everybody says `value`. */
  void run(int ms, int16_t value = 0) {
    loudest.assign(parties.size(), 0);
    for (int i = 0; i < ms; i += 10) {
      nowNs += 10'000'000;
      for (size_t k = 0; k < parties.size(); k++) {
        Stream& stream = *parties[k]->stream;
        int16_t out[80], in[80];
        std::fill_n(in, 80, value);
        stream.onRtpReadable(nowNs - 3'000'000);
        stream.onRtcpReadable(nowNs - 3'000'000);
        stream.give(out, 80, nowNs);
        for (int16_t each : out) loudest[k] = std::max(loudest[k], std::abs(int(each)));
        stream.take(in, 80, nowNs);
        stream.tick(nowNs);
      }
    }
  }
};

/** A bare socket that stands for a stranger or a scripted peer. */
struct Raw {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  SocketAddress address;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  Raw() {
    Endpoint local;
    parseEndpoint("127.0.0.1", 0, local);
    local.length = sizeof local.v4;
    if (bind(fd, &local.generic, local.length) != 0) check::fail(__FILE__, __LINE__, "bind");
    getsockname(fd, &local.generic, &local.length);
    address = toSocketAddress(local);
  }
  ~Raw() { close(fd); }
  void send(const SocketAddress& to, const void* data, size_t size) const {
    Endpoint end;
    parseEndpoint(to, end);
    if (sendto(fd, data, size, 0, &end.generic, end.length) != ssize_t(size)) check::fail(__FILE__, __LINE__, "sendto");
  }
  void voice(const SocketAddress& to, uint32_t ssrc, uint8_t level = 0x10, uint8_t payloadType = 0) {
    uint8_t packet[kRtpHeaderSize + 160];
    RtpHeader header;
    header.payloadType = payloadType;
    header.sequence = sequence++;
    header.timestamp = timestamp;
    header.ssrc = ssrc;
    timestamp += 160;
    buildRtpHeader(header, packet);
    std::memset(packet + kRtpHeaderSize, level, 160);
    send(to, packet, sizeof packet);
  }
  size_t read(uint8_t* packet, size_t room) const {
    const ssize_t size = recv(fd, packet, room, 0);
    return size < 0 ? 0 : size_t(size);
  }
};

}  // namespace

TEST("stream/pairs are even and odd, in range, marked, and the range can run out") {
  SocketPair one, two;
  std::string why;
  REQUIRE(bindPair("127.0.0.1", 31001, 31004, 46, one, why));
  CHECK_EQ(one.rtpPort, 31002);
  CHECK_EQ(one.rtcpPort, 31003);
  int tos = 0;
  socklen_t size = sizeof tos;
  getsockopt(one.rtp, IPPROTO_IP, IP_TOS, &tos, &size);
  CHECK_EQ(tos, 46 << 2);
  CHECK(!bindPair("127.0.0.1", 31001, 31004, 46, two, why));
  CHECK_EQ(why, "every port of 127.0.0.1 in 31001–31004 is taken");
  CHECK(!bindPair("127.0.0.1", 31001, 31002, 46, two, why));
  CHECK(!bindPair("nowhere", 20000, 60000, 46, two, why));
  CHECK(!bindPair("192.0.2.1", 20000, 60000, 46, two, why));
  CHECK_EQ(why, "cannot bind 192.0.2.1: EADDRNOTAVAIL");
  one = SocketPair();
  CHECK(bindPair("127.0.0.1", 31001, 31004, 0, two, why));
  SocketPair six;
  REQUIRE(bindPair("::1", 20000, 60000, 46, six, why));
  size = sizeof tos;
  getsockopt(six.rtcp, IPPROTO_IPV6, IPV6_TCLASS, &tos, &size);
  CHECK_EQ(tos, 46 << 2);
}

TEST("stream/two parties hear each other, over IPv4 and IPv6, and their reports agree") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    Party a(address), b(address);
    REQUIRE(a.open(a.config(b.rtp, b.rtcp)));
    REQUIRE(b.open(b.config(a.rtp, a.rtcp)));
    Room room({&a, &b});
    room.run(20'000, 8031);
    CHECK_WITHIN(room.loudest[0], 7900, 8100);
    CHECK_WITHIN(room.loudest[1], 7900, 8100);
    const StreamStats stats = a.stream->stats();
    CHECK_EQ(stats.sentPackets, 1000u);
    CHECK_EQ(stats.sentBytes, 160'000u);
    CHECK_WITHIN(stats.receivedPackets, 999u, 1000u);
    CHECK_EQ(stats.lostPackets, 0);
    CHECK_EQ(stats.concealedMs, 0);
    CHECK_WITHIN(stats.playoutDelayMs, 0, 13);
    CHECK_WITHIN(stats.jitterMs, 0, 6);
    CHECK_WITHIN(stats.roundTripMs, 0, 21);
    CHECK_EQ(stats.peerLostPackets, 0);
    CHECK_EQ(stats.malformedPackets, 0u);
    CHECK_EQ(stats.codec, "PCMU");
    CHECK_EQ(stats.remote.port, b.rtp.port);
    CHECK_EQ(stats.remote.address, address);
    CHECK_EQ(a.all<event::StreamReceiving>().size(), 1u);
  }
}

TEST("stream/all digits arrive once each, and the voice is silent meanwhile") {
  Party a, b;
  REQUIRE(a.open(a.config(b.rtp, b.rtcp)));
  REQUIRE(b.open(b.config(a.rtp, a.rtcp)));
  Room room({&a, &b});
  room.run(100, 1000);
  a.stream->sendDtmf("0123456789ABCD*#", 100, 60);
  room.run(16 * 160 + 100, 1000);
  std::string begun, ended;
  for (const auto& each : b.all<event::Dtmf>()) {
    (each.ended ? ended : begun) += each.digit;
    if (each.ended) CHECK_EQ(each.durationMs, 100u);
  }
  CHECK_EQ(begun, "0123456789ABCD*#");
  CHECK_EQ(ended, "0123456789ABCD*#");
  const auto done = a.all<event::DtmfSent>();
  REQUIRE(done.size() == 1);
  CHECK_EQ(done[0].digits, "0123456789ABCD*#");
  CHECK_EQ(b.stream->stats().lostPackets, 0);
  a.stream->sendDtmf("x", 100, 60);
  CHECK_EQ(a.all<event::Rejected>().size(), 1u);
}

TEST("stream/event packets on the wire: marker, one timestamp, growing duration, three ends") {
  Party a;
  Raw peer;
  StreamConfig config = a.config(peer.address, peer.address);
  config.rtcp.port = 0;
  REQUIRE(a.open(config));
  Room room({&a});
  room.run(40);
  a.stream->sendDtmf("#", 80, 100);
  room.run(240);
  uint8_t packet[200];
  std::string story;
  uint32_t timestamp = 0, lastVoice = 0;
  while (size_t size = peer.read(packet, sizeof packet)) {
    RtpView view;
    REQUIRE(parseRtp(packet, size, view));
    if (view.header.payloadType != 101) {
      story += view.header.marker ? "V" : "v";
      lastVoice = view.header.timestamp;
      continue;
    }
    REQUIRE(view.payloadSize == 4);
    if (view.header.marker) timestamp = view.header.timestamp;
    CHECK_EQ(view.header.timestamp, timestamp);
    CHECK_EQ(int(view.payload[0]), 11);
    story += (view.header.marker ? " M" : " ") + std::to_string(read16(view.payload + 2)) + (view.payload[1] & 0x80 ? "E" : "");
  }
  CHECK_EQ(story, "Vv M80 240 400 560 640E 640E 640EVvvvvv");
  CHECK_EQ(lastVoice - timestamp, uint32_t(640 + 320 + 5 * 160));
}

TEST("stream/without an event payload type a digit is sent as two tones") {
  Party a, b;
  StreamConfig config = a.config(b.rtp, b.rtcp);
  config.eventSend.reset();
  REQUIRE(a.open(config));
  REQUIRE(b.open(b.config(a.rtp, a.rtcp)));
  Room room({&a, &b});
  room.run(60);
  a.stream->sendDtmf("5", 200, 50);
  room.run(60);
  double power[2] = {}, total = 0;
  const double frequencies[2] = {770, 1336};
  double re[2] = {}, im[2] = {};
  for (int i = 0, n = 0; i < 10; i++) {
    room.nowNs += 10'000'000;
    int16_t out[80], in[80] = {};
    a.stream->take(in, 80, room.nowNs);
    b.stream->onRtpReadable(room.nowNs - 3'000'000);
    b.stream->give(out, 80, room.nowNs);
    for (int16_t each : out) {
      for (int k = 0; k < 2; k++) {
        re[k] += each * std::cos(2 * 3.14159265 * frequencies[k] * n / 8000);
        im[k] += each * std::sin(2 * 3.14159265 * frequencies[k] * n / 8000);
      }
      total += double(each) * each, n++;
    }
  }
  for (int k = 0; k < 2; k++) power[k] = 2 * (re[k] * re[k] + im[k] * im[k]) / 800;
  CHECK_WITHIN((power[0] + power[1]) / total, 0.95, 1.05);
  CHECK_WITHIN(10 * std::log10(power[1] / power[0]), 1, 3);
  CHECK(b.all<event::Dtmf>().empty());
}

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
  REQUIRE(a.stream->update(a.config(moved.address, moved.address), why));
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
  REQUIRE(a.stream->update(config, why));
  const uint64_t sent = a.stream->stats().sentPackets;
  for (int i = 0; i < 5; i++) real.voice(a.rtp, 7), room.run(20, 3000);
  CHECK_EQ(a.stream->stats().sentPackets, sent);
  config.rtp.address = "no address";
  CHECK(!a.stream->update(config, why));
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
  REQUIRE(a.stream->update(config, why));
  room.run(3000);
  CHECK_EQ(a.all<event::StreamSilent>().size(), 2u);
  config.direction = Direction::RecvOnly;
  REQUIRE(a.stream->update(config, why));
  const uint64_t sent = a.stream->stats().sentPackets;
  room.run(600, 1000);
  CHECK_EQ(a.all<event::StreamSilent>().size(), 3u);
  CHECK_EQ(a.stream->stats().sentPackets, sent);
}

TEST("stream/hold and resume keep SSRC, numbers and timestamps going; BYE at the end") {
  Party a;
  Raw peer, control;
  StreamConfig config = a.config(peer.address, control.address);
  REQUIRE(a.open(config));
  Room room({&a});
  room.run(100, 1000);
  std::string why;
  config.direction = Direction::RecvOnly;
  REQUIRE(a.stream->update(config, why));
  room.run(200, 1000);
  config.direction = Direction::SendRecv;
  config.send.name = "PCMA";
  config.send.payloadType = 8;
  config.receive = {config.send};
  REQUIRE(a.stream->update(config, why));
  room.run(100, 1000);
  uint8_t packet[600];
  std::vector<RtpHeader> headers;
  while (size_t size = peer.read(packet, sizeof packet)) {
    RtpView view;
    REQUIRE(parseRtp(packet, size, view));
    headers.push_back(view.header);
  }
  REQUIRE(headers.size() == 10);
  for (size_t i = 1; i < 10; i++) {
    CHECK_EQ(headers[i].ssrc, headers[0].ssrc);
    CHECK_EQ(uint16_t(headers[i].sequence - headers[0].sequence), i);
    CHECK_EQ(headers[i].timestamp - headers[0].timestamp, uint32_t(160 * i + (i >= 5 ? 1600 : 0)));
    CHECK_EQ(headers[i].marker, i == 5);
    CHECK_EQ(int(headers[i].payloadType), i >= 5 ? 8 : 0);
  }
  config.send.name = "G729";
  CHECK(!a.stream->update(config, why));
  CHECK_EQ(why, "no codec G729/8000");
  a.stream.reset();
  RtcpReport report;
  size_t size = 0;
  while (const size_t got = control.read(packet, sizeof packet)) size = got;
  REQUIRE(parseRtcp(packet, size, 0, report));
  CHECK(report.bye && report.isSender);
  CHECK_EQ(report.ssrc, headers[0].ssrc);
  CHECK_EQ(report.sender.packets, 10u);
}

TEST("stream/the network thread and the tick thread work at the same time") {
  Party a, b;
  REQUIRE(a.open(a.config(b.rtp, b.rtcp)));
  REQUIRE(b.open(b.config(a.rtp, a.rtcp)));
  std::atomic<int64_t> nowNs{1'000'000'000};
  std::atomic<bool> stop{false};
  std::thread network([&] {
    pollfd fds[4] = {{a.stream->rtpFd(), POLLIN, 0}, {a.stream->rtcpFd(), POLLIN, 0}, {b.stream->rtpFd(), POLLIN, 0}, {b.stream->rtcpFd(), POLLIN, 0}};
    while (!stop) {
      if (poll(fds, 4, 5) < 0) return;
      if (fds[0].revents) a.stream->onRtpReadable(nowNs);
      if (fds[1].revents) a.stream->onRtcpReadable(nowNs);
      if (fds[2].revents) b.stream->onRtpReadable(nowNs);
      if (fds[3].revents) b.stream->onRtcpReadable(nowNs);
    }
  });
  int16_t sound[80] = {};
  for (int i = 0; i < 2000; i++) {
    nowNs += 10'000'000;
    for (Stream* each : {a.stream.get(), b.stream.get()}) {
      each->give(sound, 80, nowNs);
      each->take(sound, 80, nowNs);
      each->tick(nowNs);
    }
    // Virtual time must not run away from the other thread.
    while (i % 8 == 0 && b.stream->stats().receivedPackets + 64 < a.stream->stats().sentPackets) b.stream->tick(nowNs);
  }
  stop = true;
  network.join();
  CHECK_EQ(a.stream->stats().sentPackets, 1000u);
  CHECK_WITHIN(b.stream->stats().receivedPackets, 930u, 1000u);
  CHECK_EQ(b.stream->stats().lostPackets, 0);
  CHECK_EQ(b.stream->stats().malformedPackets, 0u);
}
