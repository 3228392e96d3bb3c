// Redundant payloads (RFC 2198): read, written and refused; digits whose packets are all lost, through whole streams.
#include "rtp/redundancy.h"

#include <string>
#include <vector>

#include "rtp/event_history.h"
#include "stream_room.h"

using namespace room;

namespace {
constexpr uint8_t kOwn = 123;

/** `pt@offset:bytes` of each block, in hexadecimal; `refused`. */
std::string read(const std::vector<uint8_t>& payload) {
  RedundancyBlocks blocks;
  if (!parseRedundancy(payload.data(), payload.size(), kOwn, blocks)) return "refused";
  std::string out;
  for (size_t i = 0; i < blocks.count; i++) {
    const RedundancyBlock& each = blocks.items[i];
    out += (i ? " " : "") + std::to_string(each.payloadType) + "@" + std::to_string(each.offset) + ":";
    for (size_t k = 0; k < each.size; k++) out += "0123456789abcdef"[each.data[k] >> 4], out += "0123456789abcdef"[each.data[k] & 15];
  }
  return out;
}

/** `a` says digits to `b`, and what lies between them loses all packets of the events `isLost` says, counted from 0. */
struct Line {
  Party a, b;
  Raw between;
  Room room;
  std::vector<uint32_t> seen;
  size_t redundant = 0;

  explicit Line(std::optional<EventRedundancy> send) : room({&a, &b}) {
    StreamConfig ours = a.config(between.address, between.address), theirs = b.config(between.address, between.address);
    ours.rtcp.port = theirs.rtcp.port = 0;
    theirs.direction = Direction::RecvOnly;
    ours.redundancySend = send;
    theirs.redundancyReceive = kOwn;
    a.open(ours);
    b.open(theirs);
  }
  template <typename IsLost>
  void say(const char* digits, IsLost isLost) {
    a.stream->sendDtmf(digits, 100, 60);
    for (int ms = 0; ms < 1500; ms += 10) {
      room.run(10);
      uint8_t packet[400];
      while (const size_t size = between.read(packet, sizeof packet)) {
        RtpView view;
        if (!parseRtp(packet, size, view)) continue;
        const bool isRedundant = view.header.payloadType == kOwn;
        redundant += isRedundant;
        if (isRedundant || view.header.payloadType == 101) {
          if (seen.empty() || seen.back() != view.header.timestamp) seen.push_back(view.header.timestamp);
          if (isLost(seen.size() - 1)) continue;
        }
        between.send(b.rtp, packet, size);
      }
    }
  }
  std::string heard() const {
    std::string out;
    for (const event::Dtmf& each : b.all<event::Dtmf>()) out += (each.ended ? "-" : "+") + std::string(1, each.digit);
    return out;
  }
};
}  // namespace

TEST("redundancy/blocks are read oldest first, the primary one takes the rest") {
  CHECK_EQ(read({101, 1, 2, 3, 4}), "101@0:01020304");
  // Offset 1280, 4 bytes; 0x500 << 10 | 4.
  CHECK_EQ(read({0x80 | 101, 0x14, 0x00, 0x04, 101, 5, 6, 7, 8, 1, 2, 3, 4}), "101@1280:05060708 101@0:01020304");
  CHECK_EQ(read({0x80 | 101, 0x00, 0x04, 0x01, 0x80 | 0, 0x00, 0x08, 0x01, 101, 0xaa, 0xbb, 0xcc}), "0@2:bb 101@1:aa 101@0:cc");
  CHECK_EQ(read({0x80 | 101, 0xff, 0xfc, 0x01, 101, 9}), "101@16383:09 101@0:");
}

TEST("redundancy/what is cut short, empty, endless or of itself is refused") {
  const std::vector<uint8_t> whole = {0x80 | 101, 0x14, 0x00, 0x04, 101, 5, 6, 7, 8};
  CHECK_EQ(read(whole), "101@1280:05060708 101@0:");
  for (size_t size = 0; size < whole.size(); size++) CHECK_EQ(read({whole.begin(), whole.begin() + long(size)}), "refused");
  CHECK_EQ(read({101}), "refused");
  CHECK_EQ(read({kOwn, 1, 2, 3, 4}), "refused");
  CHECK_EQ(read({0x80 | kOwn, 0, 0, 1, 101, 1, 2}), "refused");
  CHECK_EQ(read({0x80 | 101, 0x00, 0x03, 0xff, 101, 1, 2}), "refused");
  for (const size_t blocks : {15u, 16u}) {
    std::vector<uint8_t> many;
    for (size_t i = 0; i < blocks; i++) many.insert(many.end(), {0x80 | 101, 0, 4, 0});
    many.insert(many.end(), {101, 1});
    CHECK_EQ(read(many) == "refused", blocks == 16);
  }
}

TEST("redundancy/events before go as far as an offset says, at most so many") {
  uint8_t out[EventHistory::kRoom + kEventSize];
  EventHistory history;
  CHECK_EQ(history.write(5000, 2, 101, out), 0u);
  history.add(1, 0xffffff00, 800);
  history.add(2, 1000, 800);
  const auto text = [&](uint32_t timestamp, unsigned events) {
    const size_t size = history.write(timestamp, events, 101, out);
    if (size == 0) return std::string();
    writeEvent(3, false, 160, out + size);
    return read({out, out + size + kEventSize});
  };
  CHECK_EQ(text(2280, 2), "101@2536:01880320 101@1280:02880320 101@0:030800a0");
  CHECK_EQ(text(2280, 1), "101@1280:02880320 101@0:030800a0");
  CHECK_EQ(text(1000 + 16383, 2), "101@16383:02880320 101@0:030800a0");
  CHECK_EQ(text(1000 + 16384, 2), "");
  history.add(4, 2280, 400);
  CHECK_EQ(text(3000, 2), "101@2000:02880320 101@720:04880190 101@0:030800a0");
  history.clear();
  CHECK_EQ(text(3000, 2), "");
}

TEST("redundancy/a digit all of whose packets are lost is heard once from the next, also the two before") {
  for (const unsigned events : {1u, 2u}) {
    Line one({{kOwn, events}});
    one.say("1234", [](size_t event) { return event == 1; });
    CHECK_EQ(one.heard(), "+1-1+2-2+3-3+4-4");
    CHECK_EQ(one.seen.size(), 4u);
    CHECK(one.redundant >= 15);
  }
  Line two({{kOwn, 2}});
  two.say("1234", [](size_t event) { return event == 1 || event == 2; });
  CHECK_EQ(two.heard(), "+1-1+2-2+3-3+4-4");
  for (const event::Dtmf& each : two.b.all<event::Dtmf>())
    if (each.ended) CHECK_EQ(each.durationMs, 100u);
  Line few({{kOwn, 1}});
  few.say("1234", [](size_t event) { return event == 1 || event == 2; });
  CHECK_EQ(few.heard(), "+1-1+3-3+4-4");
  Line without({});
  without.say("1234", [](size_t event) { return event == 1; });
  CHECK_EQ(without.heard(), "+1-1+3-3+4-4");
  CHECK_EQ(without.redundant, 0u);
}

TEST("redundancy/nothing is heard twice where nothing is lost, the same key in a row neither") {
  Line line({{kOwn, 2}});
  line.say("5555", [](size_t) { return false; });
  CHECK_EQ(line.heard(), "+5-5+5-5+5-5+5-5");
  CHECK_EQ(line.b.stream->stats().malformedPackets, 0u);
}

TEST("redundancy/an offset beyond timestamp 0 is one before its wrap; malformed payloads are counted and say nothing") {
  Party party;
  Raw peer;
  StreamConfig config = party.config(peer.address, peer.address);
  config.rtcp.port = 0;
  config.redundancyReceive = kOwn;
  REQUIRE(party.open(config));
  Room room({&party});
  const auto send = [&](uint32_t timestamp, const std::vector<uint8_t>& payload) {
    uint8_t packet[100];
    RtpHeader header;
    header.payloadType = kOwn;
    header.sequence = peer.sequence++;
    header.timestamp = timestamp;
    header.ssrc = 7;
    buildRtpHeader(header, packet);
    std::copy(payload.begin(), payload.end(), packet + kRtpHeaderSize);
    peer.send(party.rtp, packet, kRtpHeaderSize + payload.size());
    room.run(10);
  };
  const std::vector<uint8_t> both = {0x80 | 101, 0x14, 0x00, 0x04, 101, 1, 0x88, 3, 32, 2, 8, 0, 160};
  send(100, both);
  send(100, {0x80 | kOwn, 0x14, 0x00, 0x04, 101, 9, 0x88, 3, 32, 9, 8, 0, 160});
  send(100, {0x80 | 101, 0x14, 0x00});
  send(100, {});
  send(100, both);
  std::string heard;
  for (const event::Dtmf& each : party.all<event::Dtmf>()) heard += (each.ended ? "-" : "+") + std::string(1, each.digit);
  CHECK_EQ(heard, "+1-1+2");
  CHECK_EQ(party.stream->stats().malformedPackets, 3u);
}
