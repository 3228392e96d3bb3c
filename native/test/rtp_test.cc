// RTP packets and what a receiver concludes from their numbers (RFC 3550 §5.1, A.1, A.3, A.8).
#include <cstring>
#include <vector>

#include "check.h"
#include "rtp/packet.h"
#include "rtp/source.h"

using namespace offhook;

TEST("rtp/header is written and read back") {
  RtpHeader header;
  header.marker = true;
  header.payloadType = 101;
  header.sequence = 65535;
  header.timestamp = 0xfedcba98;
  header.ssrc = 0x12345678;
  uint8_t packet[16] = {};
  buildRtpHeader(header, packet);
  RtpView view;
  REQUIRE(parseRtp(packet, sizeof packet, view));
  CHECK(view.header.marker);
  CHECK_EQ(int(view.header.payloadType), 101);
  CHECK_EQ(view.header.sequence, 65535);
  CHECK_EQ(view.header.timestamp, 0xfedcba98u);
  CHECK_EQ(view.header.ssrc, 0x12345678u);
  CHECK_EQ(view.payloadSize, 4u);
}

TEST("rtp/CSRCs, extension and padding are skipped; lengths that lie are refused") {
  // Two CSRCs, an extension of one word, three bytes of payload, two of padding.
  std::vector<uint8_t> packet(12 + 8 + 8 + 3 + 2, 0);
  packet[0] = 0x80 | 0x20 | 0x10 | 2;
  packet[23] = 1;
  packet[28] = 0xaa;
  packet.back() = 2;
  RtpView view;
  REQUIRE(parseRtp(packet.data(), packet.size(), view));
  CHECK_EQ(view.payloadSize, 3u);
  CHECK_EQ(int(view.payload[0]), 0xaa);
  for (size_t size = 0; size < 28; size++) CHECK(!parseRtp(packet.data(), size, view));
  packet.back() = 6;
  CHECK(!parseRtp(packet.data(), packet.size(), view));
  packet.back() = 0;
  CHECK(!parseRtp(packet.data(), packet.size(), view));
  packet.back() = 5;
  CHECK(parseRtp(packet.data(), packet.size(), view));
  CHECK_EQ(view.payloadSize, 0u);
  packet[0] = 0x40;
  CHECK(!parseRtp(packet.data(), packet.size(), view));
  packet[0] = 0x80;
  packet[1] = 200;
  CHECK(!parseRtp(packet.data(), packet.size(), view));
}

TEST("rtp/counters that wrap are extended both ways") {
  CHECK_EQ(extendSequence(65535, 0), 65536);
  CHECK_EQ(extendSequence(65536, 65535), 65535);
  CHECK_EQ(extendSequence(0x2fffe, 3), 0x30003);
  CHECK_EQ(extendTimestamp(0xfffffff0, 0x10), 0x100000010);
  CHECK_EQ(extendTimestamp(0x100000010, 0xfffffff0), 0xfffffff0);
}

TEST("rtp/losses, reordering, duplicates and the wrap of the sequence number") {
  using V = Source::Verdict;
  Source source(1, 65533);
  CHECK(!source.isValid());
  CHECK(source.update(65534) == V::Ok);
  CHECK(source.isValid());
  CHECK(source.update(0) == V::Ok);  // 65535 is missing
  CHECK_EQ(source.lost(), 1);
  CHECK(source.update(65535) == V::Old);
  CHECK_EQ(source.lost(), 0);
  CHECK(source.update(65535) == V::Duplicate);
  CHECK_EQ(source.lost(), 0);
  CHECK_EQ(source.received(), 4u);
  CHECK(source.update(65532) == V::Old);  // before the first one
  CHECK_EQ(source.lost(), 0);
  CHECK(source.update(10) == V::Ok);
  CHECK_EQ(source.lost(), 9);
  CHECK_EQ(source.extended(10), 0x20000 + 10);
  const ReportBlock block = source.report(0);
  CHECK_EQ(block.highestSequence, 0x10000u + 10);
  CHECK_EQ(block.lost, 9);
  CHECK_EQ(int(block.fractionLost), 9 * 256 / 15);
  CHECK_EQ(int(source.report(0).fractionLost), 0);
}

TEST("rtp/one wild number is set aside, two in a row restart the source without inventing losses") {
  using V = Source::Verdict;
  Source source(1, 100);
  source.update(101);
  CHECK(source.update(30000) == V::Suspicious);
  CHECK(source.update(102) == V::Ok);
  CHECK(source.update(30001) == V::Suspicious);
  CHECK(source.update(30002) == V::Restarted);
  CHECK(source.isValid());
  CHECK(source.update(30003) == V::Ok);
  CHECK_EQ(source.lost(), 0);
  CHECK_EQ(source.received(), 5u);
}

TEST("rtp/jitter is that of A.8, also over the wrap of the timestamp") {
  Source source(1, 0);
  double expected = 0, before = 0;
  uint32_t timestamp = 0xffffff00;
  for (int i = 0; i < 40; i++) {
    const double late = i % 2 ? 40 : 0;  // 5 ms
    source.arrived(timestamp, i * 160.0 + late);
    if (i > 0) expected += (std::abs(late - before) - expected) / 16;
    before = late;
    timestamp += 160;
  }
  CHECK_WITHIN(source.jitter(), expected - 0.01, expected + 0.01);
  CHECK_WITHIN(source.jitter(), 30, 40);
}
