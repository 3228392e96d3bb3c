// RTCP packets and intervals (RFC 3550 §6).
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_interval.h"

using namespace offhook;

TEST("rtcp/SR with report block, CNAME and BYE is written and read back") {
  SenderInfo sender;
  sender.ntp = 0x1122334455667788;
  sender.rtpTimestamp = 1234;
  sender.packets = 55;
  sender.octets = 8800;
  ReportBlock block;
  block.ssrc = 0xabcdef01;
  block.fractionLost = 12;
  block.lost = -3;
  block.highestSequence = 0x10005;
  block.jitter = 42;
  block.lastSr = 0x33445566;
  block.delaySinceLastSr = 65536;
  for (size_t length = 0; length < 260; length++) {
    uint8_t packet[kMaxRtcpSize];
    const size_t size = buildRtcp(77, &sender, &block, std::string(length, 'c'), true, packet);
    REQUIRE(size <= sizeof packet && size % 4 == 0);
    RtcpReport report;
    REQUIRE(parseRtcp(packet, size, 0xabcdef01, report));
    CHECK_EQ(report.ssrc, 77u);
    CHECK(report.isSender && report.hasBlock && report.bye);
    CHECK_EQ(report.sender.ntp, 0x1122334455667788u);
    CHECK_EQ(report.sender.octets, 8800u);
    CHECK_EQ(int(report.block.fractionLost), 12);
    CHECK_EQ(report.block.lost, -3);
    CHECK_EQ(report.block.highestSequence, 0x10005u);
    CHECK_EQ(report.block.delaySinceLastSr, 65536u);
    // Cut anywhere but between its packets, it is refused.
    RtcpReport other;
    CHECK(!parseRtcp(packet, size - 1, 1, other));
    CHECK(!parseRtcp(packet, size - 4, 1, other));
  }
}

TEST("rtcp/receiver report of somebody else's packets has no block for us; nonsense is refused") {
  ReportBlock block;
  block.ssrc = 5;
  uint8_t packet[kMaxRtcpSize];
  const size_t size = buildRtcp(77, nullptr, &block, "a@b", false, packet);
  RtcpReport report;
  REQUIRE(parseRtcp(packet, size, 6, report));
  CHECK(!report.isSender && !report.hasBlock && !report.bye);
  CHECK(!parseRtcp(packet, 0, 6, report));
  packet[0] |= 0x1f;  // 31 blocks promised
  CHECK(!parseRtcp(packet, size, 6, report));
  packet[0] = 0x81;
  packet[1] = 203;  // A compound packet begins with a report.
  CHECK(!parseRtcp(packet, size, 6, report));
}

TEST("rtcp/intervals are 5 s, randomised by half and compensated; the first is half as long") {
  std::mt19937 random(5);
  RtcpInterval interval([&] { return random() / 4294967296.0; });
  int64_t now = 0, last = 0;
  interval.start(0);
  double sum = 0, least = 1e9, most = 0;
  const int count = 300;
  for (int n = 0; n < count;) {
    now += 10'000'000;
    if (!interval.isDue(now, true)) continue;
    const double seconds = double(now - last) / 1e9;
    if (n == 0) CHECK_WITHIN(seconds, 2.5 * 0.5 / 1.22, 2.5 * 1.5 / 1.21);
    else sum += seconds, least = std::min(least, seconds), most = std::max(most, seconds);
    last = now;
    interval.sent(now, 100);
    n++;
  }
  CHECK_WITHIN(sum / (count - 1), 4.5, 5.6);
  CHECK_WITHIN(least, 2.0, 3.2);
  CHECK_WITHIN(most, 5.0, 6.3);
}
