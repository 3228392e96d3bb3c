// Codecs of several rates in one stream: converted, switched between without a click or a gap, and changed under way.
#include "codec/resampled.h"

#include "codec_lab.h"
#include "signal.h"
#include "stream_room.h"

using namespace room;

namespace {
Codec named(const char* name, uint8_t payloadType, uint32_t clockRate = 8000) {
  Codec codec;
  codec.name = name;
  codec.payloadType = payloadType;
  codec.clockRate = clockRate;
  return codec;
}

const Codec kPcmu = named("PCMU", 0), kG722 = named("G722", 9), kL16 = named("L16", 97, 16000), kStudio = named("L16", 98, 48000);

/** Both ways a tone of `hz`; what `b` hears. Lets `ms` pass, from `fromMs` on. */
std::vector<int16_t> talk(Party& a, Party& b, int fromMs, int ms, double hz = 440) {
  std::vector<int16_t> heard;
  for (int at = fromMs; at < fromMs + ms; at += 10) {
    const int64_t now = 1'000'000'000 + int64_t(at) * 1'000'000;
    for (Party* each : {&a, &b}) {
      Stream& stream = *each->stream;
      const size_t samples = stream.rate() / 100;
      std::vector<int16_t> in(samples), out(samples);
      for (size_t i = 0; i < samples; i++) in[i] = int16_t(8000 * std::sin(2 * M_PI * hz * (at / 1000.0 + double(i) / stream.rate())));
      stream.onRtpReadable(now - 3'000'000);
      stream.onRtcpReadable(now - 3'000'000);
      stream.give(out.data(), samples, now);
      stream.take(in.data(), samples, now);
      stream.tick(now);
      if (each == &b) heard.insert(heard.end(), out.begin(), out.end());
    }
  }
  return heard;
}

/** A tone without a hole in it: in every 10 ms it is there at its level, and no step is steeper than a sine's, by much. */
void smooth(const std::vector<int16_t>& heard, uint32_t rate, double hz, double amplitude) {
  const size_t block = rate / 100;
  double least = 1e9, most = 0;
  for (size_t at = 0; at + block <= heard.size(); at += block) {
    double power = 0;
    for (size_t i = 0; i < block; i++) power += double(heard[at + i]) * heard[at + i];
    const double level = std::sqrt(2 * power / double(block));
    least = std::min(least, level);
    most = std::max(most, level);
  }
  CHECK_WITHIN(least, amplitude * 0.7, amplitude * 1.1);
  CHECK_WITHIN(most, amplitude * 0.9, amplitude * 1.2);
  int steepest = 0;
  for (size_t i = 1; i < heard.size(); i++) steepest = std::max(steepest, std::abs(heard[i] - heard[i - 1]));
  CHECK_WITHIN(steepest, 0, amplitude * 2 * M_PI * hz / rate * 1.6);
}
}  // namespace

TEST("resampled/a codec at another rate keeps its tone, its bytes and its clock") {
  for (const uint32_t rate : {16000u, 32000u, 48000u}) {
    const auto encoder = atRate(rate, codec_lab::make("PCMU")), decoder = atRate(rate, codec_lab::make("PCMU"));
    CHECK_EQ(encoder->rate(), rate);
    CHECK_EQ(encoder->clockRate(), 8000u);
    const auto tone = signal_test::sine(1000, rate, rate, 8000);
    CHECK_EQ(codec_lab::encode(*encoder, tone).size(), 8000u);
    const auto heard = codec_lab::through(*encoder, *decoder, tone);
    const int16_t* const late = heard.data() + rate / 2;
    CHECK_WITHIN(signal_test::amplitude(late, rate / 4, 1000, rate), 7900, 8100);
    CHECK_WITHIN(signal_test::db(8000 / std::sqrt(2.0) / signal_test::residue(late, rate / 4, 1000, rate)), 33, 90);
    const auto fresh = atRate(rate, codec_lab::make("PCMU"));
    codec_lab::anyBytes(*decoder, *fresh, 1500);
  }
  const auto codec = codec_lab::make("G722");
  const AudioCodec* const same = codec.get();
  CHECK(atRate(16000, codec_lab::make("G722"))->rate() == 16000 && same->rate() == 16000);
}

TEST("resampled/the rate of a stream is the highest of its codecs, whichever is sent") {
  Party a, b;
  StreamConfig config = a.config(b.rtp, b.rtcp);
  config.receive = {kPcmu, kG722};
  REQUIRE(a.open(config));
  CHECK_EQ(a.stream->rate(), 16000u);
  config.receive = {kPcmu, kG722, kStudio};
  std::string why;
  REQUIRE(a.update(config, why));
  CHECK_EQ(a.stream->rate(), 48000u);
  CHECK_EQ(a.stream->stats().codec, "PCMU");
}

TEST("resampled/a peer that switches between codecs of two rates is heard without a click or a gap") {
  for (const Codec& wide : {kG722, kL16}) {
    Party a, b;
    StreamConfig hearing = b.config(a.rtp, a.rtcp), speaking = a.config(b.rtp, b.rtcp);
    hearing.send = wide;
    hearing.receive = speaking.receive = {kPcmu, wide};
    REQUIRE(b.open(hearing));
    REQUIRE(a.open(speaking));
    std::string why;
    int at = 0;
    std::vector<int16_t> heard = talk(a, b, at, 600);
    heard.clear();
    for (int turn = 0; turn < 6; turn++) {
      at += 600;
      speaking.send = turn % 2 == 0 ? kG722 : kPcmu;
      if (wide.name == "L16") speaking.send = turn % 2 == 0 ? kL16 : kPcmu;
      REQUIRE(a.update(speaking, why));
      const auto more = talk(a, b, at, 600);
      heard.insert(heard.end(), more.begin(), more.end());
    }
    CHECK_EQ(b.stream->rate(), 16000u);
    smooth(heard, 16000, 440, 8000);
    CHECK_EQ(b.stream->stats().lostPackets, 0);
    CHECK_EQ(b.stream->stats().codec, "PCMU");
    if (wide.name == "G722") CHECK_EQ(b.stream->stats().concealedMs, 0);
  }
}

TEST("resampled/an update to another rate goes on within a packet's time, its counters too") {
  Party a, b;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  REQUIRE(a.open(ours));
  REQUIRE(b.open(theirs));
  talk(a, b, 0, 600);
  const StreamStats before = b.stream->stats();
  ours.send = theirs.send = kG722;
  ours.receive = theirs.receive = {kG722};
  std::string why;
  REQUIRE(a.update(ours, why));
  REQUIRE(b.update(theirs, why));
  CHECK_EQ(b.stream->rate(), 16000u);
  const auto heard = talk(a, b, 600, 600);
  smooth({heard.begin() + 16 * 100, heard.end()}, 16000, 440, 8000);
  const StreamStats after = b.stream->stats();
  CHECK_EQ(after.receivedPackets, before.receivedPackets + 30);
  CHECK_EQ(after.lostPackets, 0);
  CHECK_EQ(after.codec, "G722");
}

TEST("resampled/another RTP clock is another SSRC (RFC 7160), heard on at once; under the old one the numbers tell") {
  Party a, b;
  Raw wire;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  ours.receive = theirs.receive = {kPcmu, kL16};
  REQUIRE(a.open(ours));
  REQUIRE(b.open(theirs));
  talk(a, b, 0, 600);
  ours.send = kL16;
  std::string why;
  REQUIRE(a.update(ours, why));
  const auto heard = talk(a, b, 600, 600);
  // The first packet of the new source waits for the second to prove it.
  smooth({heard.begin() + 16 * 80, heard.end()}, 16000, 440, 8000);
  CHECK_EQ(b.stream->stats().sentPackets, 60u);
  CHECK_EQ(b.stream->stats().lostPackets, 0);

  Party c;
  StreamConfig hearing = c.config(wire.address, wire.address);
  hearing.receive = {kPcmu, kL16};
  REQUIRE(c.open(hearing));
  int64_t now = 1'000'000'000;
  int16_t out[160];
  double least = 1e9;
  for (int i = 0; i < 200; i++, now += 20'000'000) {
    // 20 ms of 8000: µ-law, or 16 kHz samples whose timestamps count twice as fast from where the others were.
    const bool wide = i / 40 % 2 == 1;
    uint8_t packet[kRtpHeaderSize + 640];
    RtpHeader header;
    header.payloadType = wide ? 97 : 0;
    header.sequence = wire.sequence++;
    header.timestamp = wire.timestamp;
    header.ssrc = 5;
    wire.timestamp += wide ? 320 : 160;
    buildRtpHeader(header, packet);
    for (size_t k = 0; k < 640; k++) packet[kRtpHeaderSize + k] = wide ? (k % 2 ? 0x40 : 0x1f) : 0x8f;
    wire.send(c.rtp, packet, kRtpHeaderSize + (wide ? 640 : 160));
    for (int half = 0; half < 2; half++) {
      c.stream->onRtpReadable(now);
      c.stream->give(out, 160, now + half * 10'000'000);
      c.stream->tick(now + half * 10'000'000);
      if (i > 10)
        for (const int16_t each : out) least = std::min<double>(least, each);
    }
  }
  CHECK_WITHIN(least, 6000, 9000);
  CHECK_EQ(c.stream->stats().concealedMs, 0);
  CHECK_EQ(c.stream->stats().latePackets, 0u);
}
