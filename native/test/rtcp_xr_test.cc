// Extended reports on the wire: VoIP metrics, reference times; bursts and gaps, and what two streams tell each other.
#include "rtp/loss_runs.h"
#include "rtp/rtcp.h"
#include "rtp/source.h"
#include "stream_room.h"

using namespace room;

namespace {
VoipMetrics sample() {
  VoipMetrics out;
  out.lossRate = 1, out.discardRate = 2, out.burstDensity = 3, out.gapDensity = 4;
  out.burstMs = 500, out.gapMs = 60000, out.roundTripMs = 70, out.endSystemMs = 80;
  out.rating = 90, out.mosListening = 41, out.mosConversational = 40;
  out.bufferMs = 30, out.bufferMaxMs = 200, out.bufferLimitMs = 300;
  return out;
}
/** A receiver report of 77 with metrics about `about`. */
size_t report(uint32_t about, uint8_t* packet) {
  const size_t size = buildRtcp(77, nullptr, nullptr, "a@b", false, packet);
  return size + buildXr(77, about, {sample(), {}, {}}, packet + size);
}
}  // namespace

TEST("xr/written and read back; about somebody else, or cut short, it says nothing") {
  uint8_t packet[kMaxRtcpSize + kXrSize];
  const size_t size = report(5, packet);
  RtcpReport out;
  REQUIRE(parseRtcp(packet, size, 5, out));
  REQUIRE(out.extended.voice);
  CHECK_EQ(int(out.extended.voice->lossRate), 1);
  CHECK_EQ(int(out.extended.voice->gapDensity), 4);
  CHECK_EQ(out.extended.voice->burstMs, 500);
  CHECK_EQ(out.extended.voice->gapMs, 60000);
  CHECK_EQ(out.extended.voice->endSystemMs, 80);
  CHECK_EQ(int(out.extended.voice->signalLevel), 127);
  CHECK_EQ(int(out.extended.voice->leastGap), 16);
  CHECK_EQ(int(out.extended.voice->mosConversational), 40);
  CHECK_EQ(out.extended.voice->bufferLimitMs, 300);
  REQUIRE(parseRtcp(packet, size, 6, out));
  CHECK(!out.extended.voice);
  CHECK(!parseRtcp(packet, size - 4, 5, out));
  // A block that promises more than there is.
  packet[size - 36 + 3] = 60;
  REQUIRE(parseRtcp(packet, size, 5, out));
  CHECK(!out.extended.voice);
}

TEST("xr/reference times and answers to them, beside voice and alone; of several answers the one to us") {
  const uint64_t time = 0x0123456789abcdef;
  for (const bool beside : {true, false}) {
    uint8_t packet[kMaxRtcpSize + kXrSize];
    XrBlocks blocks;
    if (beside) blocks.voice = sample();
    blocks.reference = time;
    blocks.heard = ReferenceHeard{5, 0x456789ab, 0x00018000};
    const size_t start = buildRtcp(77, nullptr, nullptr, "a@b", false, packet), size = buildXr(77, 5, blocks, packet + start);
    CHECK_EQ(size, beside ? kXrSize : kXrSize - 36);
    RtcpReport out;
    REQUIRE(parseRtcp(packet, start + size, 5, out));
    CHECK_EQ(out.extended.voice.has_value(), beside);
    REQUIRE(out.extended.reference && out.extended.heard);
    CHECK_EQ(*out.extended.reference, time);
    CHECK_EQ(out.extended.heard->time, 0x456789abu);
    CHECK_EQ(out.extended.heard->delay, 0x00018000u);
    REQUIRE(parseRtcp(packet, start + size, 6, out));
    CHECK(out.extended.reference && !out.extended.heard);
  }
  uint8_t packet[8];
  CHECK_EQ(buildXr(77, 5, {}, packet), 0u);
  // A block of two answers, then a reference time that is cut short.
  const uint8_t two[] = {0x80, 207, 0, 11, 0, 0, 0, 77, 5, 0, 0, 6, 0, 0, 0, 4, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 5, 3, 3, 3, 3, 4, 4, 4, 4,
                         4, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0};
  XrBlocks out;
  readXr(two, sizeof two, 5, out);
  REQUIRE(out.heard);
  CHECK_EQ(out.heard->time, 0x03030303u);
  CHECK_EQ(out.heard->delay, 0x04040404u);
  CHECK(!out.reference);
}

TEST("xr/bursts and gaps: losses less than 16 packets apart are one burst, one alone belongs to the gap") {
  LossRuns runs;
  const auto came = [&](int count) { while (count-- > 0) runs.add(true); };
  CHECK_EQ(runs.summary().gapPackets, 0);
  came(100);
  runs.add(false);  // alone
  came(16);
  CHECK_EQ(runs.summary().burstPackets, 0);
  runs.add(false);
  came(15);
  runs.add(false);
  runs.add(false);  // a burst of 18 packets, three lost
  came(82);
  const LossRuns::Summary out = runs.summary();
  CHECK_WITHIN(out.burstPackets, 18, 18);
  CHECK_WITHIN(out.burstDensity, 3 / 18.0, 3 / 18.0);
  CHECK_WITHIN(out.gapPackets, (100 + 1 + 16 + 82) / 2.0, (100 + 1 + 16 + 82) / 2.0);
  CHECK_WITHIN(out.gapDensity, 1 / 199.0, 1 / 199.0);
}

TEST("xr/what a source finds: reordered is not lost, a hole is a burst") {
  Source source(1, 100);
  uint16_t sequence = 100;
  for (int i = 0; i < 50; i++) source.update(++sequence);
  source.update(uint16_t(sequence + 2));
  source.update(uint16_t(sequence + 1));
  sequence = uint16_t(sequence + 2);
  for (int i = 0; i < 100; i++) source.update(++sequence);
  CHECK_EQ(source.lossRuns().burstPackets, 0);
  CHECK_EQ(source.lossRuns().gapDensity, 0);
  sequence = uint16_t(sequence + 10);
  for (int i = 0; i < 100; i++) source.update(++sequence);
  CHECK_EQ(source.lossRuns().burstPackets, 10);
  CHECK_EQ(source.lossRuns().burstDensity, 1);
}

TEST("xr/two streams tell each other how they hear, where it is agreed") {
  for (const bool extended : {true, false}) {
    Party a, b;
    StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
    ours.rtcpXr = theirs.rtcpXr = extended;
    REQUIRE(a.open(ours) && b.open(theirs));
    Room room({&a, &b});
    room.run(16000, 12000);
    for (const Party* each : {&a, &b}) {
      const StreamStats stats = each->stream->stats();
      CHECK_EQ(stats.peerVoice.has_value(), extended);
      if (!stats.peerVoice) continue;
      CHECK_EQ(int(stats.peerVoice->lossRate) + stats.peerVoice->burstDensity, 0);
      CHECK_WITHIN(stats.peerVoice->rating, 85, 94);
      CHECK_WITHIN(stats.peerVoice->mosListening, 42, 45);
      CHECK_WITHIN(stats.peerVoice->endSystemMs, 20, 220);
      CHECK_EQ(stats.peerVoice->bufferMaxMs, 200);
    }
  }
}

TEST("xr/who only listens learns the round trip from answered reference times, where that is agreed") {
  using Mode = ReceiverRoundTrip;
  struct Case {
    Direction a, b;
    Mode mode;
    bool aKnows, bKnows;
  };
  for (const Case& each : {Case{Direction::SendOnly, Direction::RecvOnly, Mode::All, true, true},
                           Case{Direction::SendOnly, Direction::RecvOnly, Mode::Senders, true, true},
                           Case{Direction::SendOnly, Direction::RecvOnly, Mode::Off, true, false},
                           Case{Direction::Inactive, Direction::Inactive, Mode::All, true, true},
                           Case{Direction::Inactive, Direction::Inactive, Mode::Senders, false, false}}) {
    Party a, b;
    StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
    ours.direction = each.a;
    theirs.direction = each.b;
    ours.receiverRoundTrip = theirs.receiverRoundTrip = each.mode;
    REQUIRE(a.open(ours) && b.open(theirs));
    Room room({&a, &b});
    room.run(25000, 12000);
    const double there = a.stream->stats().roundTripMs, here = b.stream->stats().roundTripMs;
    CHECK_EQ(there >= 0, each.aKnows);
    CHECK_EQ(here >= 0, each.bKnows);
    // What a says b reads 3 ms early, what b says a 7 ms late: 4 ms.
    if (each.aKnows) CHECK_WITHIN(there, 3.9, 4.1);
    if (each.bKnows) CHECK_WITHIN(here, 3.9, 4.1);
    CHECK_EQ(b.stream->stats().sentPackets, 0u);
  }
}
