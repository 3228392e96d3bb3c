// A whole Stream on loopback sockets, its time virtual: the kernel delivers at once.
#include "rtp/stream.h"

#include <poll.h>

#include <atomic>
#include <thread>

#include "rtp/rtcp.h"
#include "stream_room.h"

using namespace room;

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

TEST("stream/silence is left out when that is wanted: its first 200 ms and all speech are sent, digits too") {
  Party a, b;
  StreamConfig quiet = a.config(b.rtp, b.rtcp);
  quiet.suppressSilence = true;
  REQUIRE(a.open(quiet));
  REQUIRE(b.open(b.config(a.rtp, a.rtcp)));
  Room room({&a, &b});
  room.run(1000, 0);
  CHECK_EQ(a.stream->stats().sentPackets, 10u);
  CHECK_EQ(b.stream->stats().sentPackets, 50u);
  room.run(1000, 1000);
  CHECK_EQ(a.stream->stats().sentPackets, 60u);
  CHECK_WITHIN(room.loudest[1], 900, 1100);
  room.run(2000, 50);
  CHECK_EQ(a.stream->stats().sentPackets, 70u);
  a.stream->sendDtmf("5", 100, 60);
  room.run(300, 0);
  CHECK_EQ(b.all<event::Dtmf>().size(), 2u);
  CHECK_EQ(b.stream->stats().lostPackets, 0);
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

TEST("stream/without an event payload type digits are refused") {
  Party a;
  Raw peer;
  StreamConfig config = a.config(peer.address, peer.address);
  config.eventSend.reset();
  REQUIRE(a.open(config));
  a.stream->sendDtmf("5", 200, 50);
  CHECK_EQ(a.all<event::Rejected>().size(), 1u);
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
  REQUIRE(a.update(config, why));
  room.run(200, 1000);
  config.direction = Direction::SendRecv;
  config.send.name = "PCMA";
  config.send.payloadType = 8;
  config.receive = {config.send};
  REQUIRE(a.update(config, why));
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
  CHECK(!a.update(config, why));
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
