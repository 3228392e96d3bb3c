// Redundant payloads (RFC 2198): read, written and refused; digits whose packets are all lost, through whole streams.
#include "rtp/redundancy.h"

#include <random>
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
  size_t redundant = 0, lost = 0;
  StreamConfig ours, theirs;

  explicit Line(std::optional<EventRedundancy> send, std::optional<SrtpConfig> mine = {}, std::optional<SrtpConfig> its = {}) : room({&a, &b}) {
    ours = a.config(between.address, between.address), theirs = b.config(between.address, between.address);
    ours.rtcp.port = theirs.rtcp.port = 0;
    theirs.direction = Direction::RecvOnly;
    ours.redundancySend = send;
    theirs.redundancyReceive = kOwn;
    ours.srtp = mine;
    theirs.srtp = its;
    a.open(ours);
    b.open(theirs);
  }
  template <typename IsLost>
  void say(const char* digits, IsLost isLost, uint32_t durationMs = 100, int forMs = 1500) {
    a.stream->sendDtmf(digits, durationMs, 60);
    carry(forMs, isLost);
  }
  template <typename IsLost>
  void carry(int forMs, IsLost isLost) {
    for (int ms = 0; ms < forMs; ms += 10) {
      room.run(10);
      uint8_t packet[400];
      while (const size_t size = between.read(packet, sizeof packet)) {
        RtpView view;
        if (!parseRtp(packet, size, view)) continue;
        const bool isRedundant = view.header.payloadType == kOwn;
        redundant += isRedundant;
        if (isRedundant || view.header.payloadType == 101) {
          if (seen.empty() || seen.back() != view.header.timestamp) seen.push_back(view.header.timestamp);
          if (isLost(seen.size() - 1)) {
            ++lost;
            continue;
          }
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

TEST("redundancy/three of ten event packets lost: every digit once and in order, of whole rows, for many seeds") {
  const char* const digits = "0123456789*#ABCD5555";
  const auto expected = [&] {
    std::string out;
    for (const char* each = digits; *each; each++) out += std::string("+") + *each + "-" + *each;
    return out;
  }();
  size_t wrong[2] = {0, 0};
  for (uint32_t seed = 1; seed <= 100; seed++) {
    for (const bool redundant : {true, false}) {
      std::mt19937 random(seed);
      Line line(redundant ? std::optional<EventRedundancy>({kOwn, 2}) : std::nullopt);
      line.room.run(20);
      line.a.stream->sendDtmf(digits, 50, 60);
      line.carry(4000, [&](size_t) { return random() % 10 < 3; });
      wrong[redundant] += line.heard() != expected;
      CHECK_EQ(line.b.stream->stats().malformedPackets, 0u);
    }
  }
  // Without it a digit is lost when all of its five packets are: one in four hundred, of rows of twenty digits one in twenty.
  CHECK_EQ(wrong[true], 0u);
  CHECK(wrong[false] > 0);
}

TEST("redundancy/losses are counted as without it, and what is sealed is sealed with it") {
  const SrtpKey one{KeyBytes(reinterpret_cast<const uint8_t*>("0123456789abcdef0123456789abcd"), 30), ""};
  const SrtpConfig keys{SrtpSuite::AesCm128Sha80, one, one};
  for (const bool redundant : {true, false}) {
    Line line(redundant ? std::optional<EventRedundancy>({kOwn, 2}) : std::nullopt, keys, keys);
    line.say("1234", [](size_t event) { return event == 1; });
    line.room.run(10);
    CHECK_EQ(line.heard(), redundant ? "+1-1+2-2+3-3+4-4" : "+1-1+3-3+4-4");
    const StreamStats stats = line.b.stream->stats();
    // 100 ms: one packet at once, four at 20 to 80 ms, the end three times.
    CHECK_EQ(stats.lostPackets, int64_t(line.lost));
    CHECK_EQ(line.lost, 8u);
    CHECK_EQ(stats.receivedPackets + line.lost, line.a.stream->stats().sentPackets);
    CHECK_EQ(stats.duplicatePackets + stats.latePackets + stats.malformedPackets + stats.forgedPackets, 0u);
  }
}

TEST("redundancy/where a new agreement drops it events go on alone, and packets of its number say nothing more") {
  Line line({{kOwn, 2}});
  line.say("12", [](size_t) { return false; });
  const size_t before = line.redundant;
  CHECK(before > 0);
  std::string why;
  line.ours.redundancySend = {};
  REQUIRE(line.a.update(line.ours, why));
  line.say("34", [](size_t) { return false; });
  CHECK_EQ(line.redundant, before);
  CHECK_EQ(line.heard(), "+1-1+2-2+3-3+4-4");
  // The other way round: the receiver has dropped it before the sender knows.
  line.ours.redundancySend = EventRedundancy{kOwn, 2};
  line.theirs.redundancyReceive = {};
  REQUIRE(line.a.update(line.ours, why) && line.b.update(line.theirs, why));
  line.say("56", [](size_t) { return false; });
  CHECK(line.redundant > before);
  CHECK_EQ(line.heard(), "+1-1+2-2+3-3+4-4");
  CHECK_EQ(line.b.stream->stats().malformedPackets, 0u);
}

TEST("redundancy/a digit longer than a duration can say is one digit, and the next one does not bring it again") {
  for (const size_t lost : {size_t(0), size_t(1), size_t(2)}) {
    Line line({{kOwn, 2}});
    // Two segments of event 0; its second one is seen as an event of its own here.
    line.say("7", [&](size_t event) { return lost == 1 && event == 1; }, 8300, 8400);
    line.say("89", [&](size_t event) { return lost == 2 && event == 2; });
    CHECK_EQ(line.heard(), "+7-7+8-8+9-9");
    const auto all = line.b.all<event::Dtmf>();
    REQUIRE(all.size() == 6);
    CHECK_WITHIN(double(all[1].durationMs), lost == 1 ? 8191 : 8300, 8300);
  }
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
