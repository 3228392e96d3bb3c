// Packet times through whole streams: each codec in packets of each length it can have, another length in either direction, and changed
// in the midst of a call.
#include "codec/codec.h"
#include "signal.h"
#include "stream_room.h"

using namespace room;

namespace {
struct Kind {
  Codec codec;
  /** L16 in longer packets would not fit a link. */
  uint32_t mostMs = 60;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {{"PCMU", 0, 8000, 1, {}}},
      {{"PCMA", 8, 8000, 1, {}}},
      {{"G722", 9, 8000, 1, {}}},
      {{"L16", 112, 8000, 1, {}}},
      {{"L16", 113, 16000, 1, {}}, 40},
      {{"L16", 114, 48000, 1, {}}, 10},
      {{"GSM", 3, 8000, 1, {}}},
      {{"ILBC", 97, 8000, 1, {{"mode", "20"}}}},
      {{"ILBC", 97, 8000, 1, {{"mode", "30"}}}},
      {{"SPEEX", 98, 8000, 1, {}}},
      {{"SPEEX", 99, 16000, 1, {}}},
      {{"SPEEX", 100, 32000, 1, {}}},
      {{"G726-24", 116, 8000, 1, {}}},
      {{"G726-32", 117, 8000, 1, {}}},
      {{"G726-40", 118, 8000, 1, {}}},
      {{"AAL2-G726-24", 120, 8000, 1, {}}},
      {{"AAL2-G726-32", 121, 8000, 1, {}}},
      {{"AAL2-G726-40", 122, 8000, 1, {}}},
      {{"OPUS", 111, 48000, 2, {{"useinbandfec", "1"}}}},
      {{"OPUS", 111, 48000, 2, {{"maxplaybackrate", "16000"}, {"cbr", "1"}}}},
      {{"OPUS", 111, 48000, 2, {{"maxplaybackrate", "8000"}}}},
  };
  return all;
}

std::vector<uint32_t> timesOf(const Kind& kind) {
  std::string why;
  const auto codec = makeCodec(kind.codec, why);
  std::vector<uint32_t> out;
  for (uint32_t ms = 10; ms <= kind.mostMs; ms += 10)
    if (codec->makes(ms)) out.push_back(ms);
  return out;
}

/** A party that says a tone of its own and keeps what it hears. */
struct Talker : Party {
  double hz;
  std::vector<int16_t> heard;
  size_t said = 0;
  explicit Talker(double tone) : hz(tone) {}

  void pass(int64_t nowNs) {
    const uint32_t rate = stream->rate();
    const size_t samples = rate / 100;
    std::vector<int16_t> in(samples), out(samples);
    for (size_t i = 0; i < samples; i++) in[i] = int16_t(8000 * std::sin(2 * M_PI * hz * double(said + i) / rate));
    said += samples;
    stream->onRtpReadable(nowNs - 3'000'000);
    stream->onRtcpReadable(nowNs - 3'000'000);
    stream->give(out.data(), samples, nowNs);
    stream->take(in.data(), samples, nowNs);
    stream->tick(nowNs);
    heard.insert(heard.end(), out.begin(), out.end());
  }
  /** Level of a tone in the last 400 ms, dB of what was said. */
  double hears(double tone) const {
    const uint32_t rate = stream->rate();
    const size_t count = rate * 4 / 10;
    return heard.size() < count ? -99 : signal_test::db(signal_test::amplitude(&heard[heard.size() - count], count, tone, rate) / 8000);
  }
};

StreamConfig as(const Party& party, const Party& peer, const Codec& send, const Codec& receive, uint32_t ptimeMs) {
  StreamConfig config = party.config(peer.rtp, peer.rtcp);
  config.send = send;
  config.receive = {receive};
  config.ptimeMs = ptimeMs;
  return config;
}

void pass(Talker& a, Talker& b, int64_t& nowNs, int ms) {
  for (int i = 0; i < ms; i += 10) {
    nowNs += 10'000'000;
    a.pass(nowNs);
    b.pass(nowNs);
  }
}

std::string nameOf(const Kind& kind, uint32_t one, uint32_t other) {
  std::string parameters;
  for (const auto& [name, value] : kind.codec.parameters) parameters += " " + name + "=" + value;
  return kind.codec.name + "/" + std::to_string(kind.codec.clockRate) + parameters + ", " + std::to_string(one) + " and " + std::to_string(other) + " ms";
}
}  // namespace

TEST("packet times/of each codec, in each length, another one in either direction") {
  constexpr int kMs = 1200;
  size_t done = 0;
  for (const Kind& kind : kinds()) {
    const std::vector<uint32_t> times = timesOf(kind);
    for (const uint32_t one : times)
      for (const uint32_t other : times) {
        if (one == other && times.size() > 1) continue;
        Talker a(500), b(900);
        REQUIRE(a.open(as(a, b, kind.codec, kind.codec, one)));
        REQUIRE(b.open(as(b, a, kind.codec, kind.codec, other)));
        int64_t nowNs = 1'000'000'000;
        pass(a, b, nowNs, kMs);
        const StreamStats ofA = a.stream->stats(), ofB = b.stream->stats();
        const bool right = ofA.sentPackets == kMs / one && ofB.sentPackets == kMs / other && ofA.receivedPackets + 1 >= ofB.sentPackets &&
                           ofB.receivedPackets + 1 >= ofA.sentPackets && ofA.malformedPackets + ofB.malformedPackets == 0 && ofA.lostPackets + ofB.lostPackets == 0 &&
                           a.hears(900) > -3 && a.hears(900) < 2 && b.hears(500) > -3 && b.hears(500) < 2 && a.hears(500) < -25;
        if (!right)
          check::fail(__FILE__, __LINE__, nameOf(kind, one, other) + ": sent " + std::to_string(ofA.sentPackets) + " and " + std::to_string(ofB.sentPackets) + ", heard at " +
                                              std::to_string(a.hears(900)) + " and " + std::to_string(b.hears(500)) + " dB");
        done++;
      }
  }
  // Ten codecs in six lengths, one in four, one in one, GSM and Speex in three, iLBC in three or two, Opus in four.
  CHECK_EQ(done, 10u * 30 + 12 + 1 + 4 * 6 + 6 + 2 + 3 * 12);
}

TEST("packet times/and all that fmtp says change in the midst of a call, one way only, without a gap in the other") {
  const Codec plain{"OPUS", 111, 48000, 2, {{"useinbandfec", "1"}}}, narrow{"OPUS", 111, 48000, 2, {{"maxplaybackrate", "8000"}, {"cbr", "1"}, {"maxaveragebitrate", "12000"}}};
  Talker a(500), b(900);
  REQUIRE(a.open(as(a, b, plain, plain, 20)));
  REQUIRE(b.open(as(b, a, plain, plain, 20)));
  int64_t nowNs = 1'000'000'000;
  pass(a, b, nowNs, 1000);
  CHECK_WITHIN(b.hears(500), -3, 2);
  const StreamStats before = a.stream->stats();

  // B asks A for less; what B sends stays as it was.
  std::string why;
  REQUIRE(a.update(as(a, b, narrow, plain, 60), why));
  REQUIRE(b.update(as(b, a, plain, narrow, 20), why));
  pass(a, b, nowNs, 1200);
  const StreamStats after = a.stream->stats();
  CHECK_EQ(after.sentPackets - before.sentPackets, 20u);
  CHECK_EQ((after.sentBytes - before.sentBytes) / 20, 90u);  // 12 kbit/s in 60 ms
  CHECK_WITHIN(b.hears(500), -3, 2);
  CHECK_WITHIN(a.hears(900), -3, 2);
  CHECK_EQ(after.lostPackets, 0);
  CHECK_EQ(b.stream->stats().lostPackets, 0);
  CHECK_EQ(after.concealedMs, before.concealedMs);
  CHECK(!a.update(as(a, b, plain, plain, 30), why));
  CHECK_EQ(why, "no packet time of OPUS: 30 ms");
}
