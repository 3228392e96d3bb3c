// Comfort noise: what a pause sounds like survives its description; what is speech and what is not; streams that pause.
#include "codec/comfort_noise.h"

#include <algorithm>
#include <cmath>

#include "codec_lab.h"
#include "dsp/silence_detector.h"
#include "signal.h"
#include "stream_room.h"
#include "voice_sim.h"

using namespace codec_lab;

namespace {
double levelOf(const int16_t* in, size_t count) {
  double power = 0;
  for (size_t i = 0; i < count; i++) power += double(in[i]) * in[i];
  return 10 * std::log10(power / double(count) / (32768.0 * 32768) + 1e-12);
}
/** White noise of `amplitude`, or with what is below `lowHz` strengthened. */
std::vector<int16_t> noise(size_t count, double amplitude, double lowHz = 0, uint32_t rate = 8000) {
  std::mt19937 random(9);
  std::vector<int16_t> out(count);
  double low = 0;
  for (int16_t& each : out) {
    const double white = double(random()) / 2147483648.0 - 1;
    low += (1 - std::exp(-2 * M_PI * lowHz / rate)) * (white - low);
    each = int16_t(amplitude * (lowHz > 0 ? low : white));
  }
  return out;
}
/** Power of the differences against that of the samples: low for what is low, 2 for white noise. */
double brightness(const int16_t* in, size_t count) {
  double of = 0, steps = 0;
  for (size_t i = 1; i < count; i++) of += double(in[i]) * in[i], steps += double(in[i] - in[i - 1]) * (in[i] - in[i - 1]);
  return steps / of;
}
}  // namespace

TEST("noise/its level and its colour come back, for as long as is wanted") {
  for (const uint32_t rate : {8000u, 16000u, 48000u}) {
    for (const double lowHz : {0.0, 300.0}) {
      const auto describer = make("CN", rate), speaker = make("CN", rate);
      const auto in = noise(rate / 10, lowHz > 0 ? 4000 : 400, lowHz, rate);
      uint8_t payload[20];
      const size_t size = describer->encode(in.data(), in.size(), payload, sizeof payload);
      CHECK_EQ(size, 11u);
      CHECK_EQ(speaker->samplesIn(payload, size), rate / 100);
      std::vector<int16_t> out(rate);
      CHECK_EQ(speaker->decode(payload, size, out.data(), out.size()), rate / 100);
      for (size_t at = rate / 100; at + rate / 100 <= out.size(); at += rate / 100) CHECK_EQ(speaker->conceal(&out[at], rate / 100), rate / 100);
      CHECK_WITHIN(levelOf(out.data(), out.size()) - levelOf(in.data(), in.size()), -1.5, 1.5);
      CHECK_WITHIN(brightness(out.data(), out.size()) / brightness(in.data(), in.size()), 0.7, 1.4);
    }
  }
}

TEST("noise/level is −dBov, 127 is nothing; any payload makes bounded noise; a new level is approached") {
  const auto codec = make("CN");
  uint8_t payload[20];
  CHECK_EQ(codec->encode(std::vector<int16_t>(160).data(), 160, payload, sizeof payload), 1u);
  CHECK_EQ(int(payload[0]), 127);
  int16_t out[80];
  codec->decode(payload, 1, out, 80);
  for (const int16_t each : out) CHECK_EQ(each, 0);
  const std::vector<int16_t> square(160, 3277);
  codec->encode(square.data(), 160, payload, sizeof payload);
  CHECK_EQ(int(payload[0]), 20);
  const uint8_t louder[] = {40};
  codec->decode(louder, 1, out, 80);
  CHECK_WITHIN(levelOf(out, 80), -55, -42);
  for (int i = 0; i < 20; i++) codec->conceal(out, 80);
  CHECK_WITHIN(levelOf(out, 80), -42, -38);
  std::mt19937 random(3);
  for (int i = 0; i < 5000; i++) {
    const size_t size = random() % sizeof payload;
    for (uint8_t& each : payload) each = uint8_t(random());
    CHECK_EQ(codec->decode(payload, size, out, 80), codec->samplesIn(payload, size));
  }
}

TEST("silence/speech is none, its pauses are after 200 ms, noise is once it is known, what is loud never") {
  const auto share = [](const std::vector<int16_t>& in, size_t from = 0) {
    SilenceDetector detector;
    int silent = 0, all = 0;
    for (size_t at = 0; at + 80 <= in.size(); at += 80) {
      const bool is = detector.isSilent(&in[at], 80);
      if (at >= from) silent += is, all++;
    }
    return double(silent) / all;
  };
  CHECK_WITHIN(share(std::vector<int16_t>(16000)), 0.85, 0.95);
  CHECK_WITHIN(share(noise(80000, 300), 24000), 0.99, 1);
  CHECK_EQ(share(signal_test::sine(440, 8000, 80000, 3000)), 0);
  CHECK_WITHIN(share(sim::speech(20)), 0, 0.1);
  auto turns = sim::speech(1);
  turns.resize(24000);
  CHECK_WITHIN(share(turns), 0.5, 0.7);
}

TEST("noise/a stream that pauses sends a packet a second, and its peer hears the noise, and the voice as before") {
  using namespace room;
  Party a, b;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  Codec noiseCodec = pcmu();
  noiseCodec.name = "CN", noiseCodec.payloadType = 13;
  ours.noiseSend = 13;
  theirs.receive = {pcmu(), noiseCodec};
  REQUIRE(a.open(ours));
  REQUIRE(b.open(theirs));
  const auto hum = noise(80, 60);
  std::vector<int16_t> heard;
  int64_t now = 1'000'000'000;
  const auto run = [&](int ms, int16_t voice) {
    for (int i = 0; i < ms; i += 10, now += 10'000'000) {
      int16_t in[80], out[80], none[80] = {};
      for (int k = 0; k < 80; k++) in[k] = int16_t(hum[size_t(k)] + (k % 8 < 4 ? voice : -voice));
      for (Stream* each : {a.stream.get(), b.stream.get()}) each->onRtpReadable(now), each->onRtcpReadable(now);
      a.stream->give(none, 80, now);
      b.stream->give(out, 80, now);
      a.stream->take(in, 80, now);
      b.stream->take(none, 80, now);
      a.stream->tick(now);
      b.stream->tick(now);
      heard.insert(heard.end(), out, out + 80);
    }
  };
  run(1000, 6000);
  const uint64_t spoken = a.stream->stats().sentPackets;
  run(5000, 0);
  const uint64_t paused = a.stream->stats().sentPackets - spoken;
  CHECK_WITHIN(paused, 4u + 10u, 8u + 12u);  // Of 250; the first 200 ms are still voice.
  CHECK_WITHIN(levelOf(&heard[8 * 4000], 8 * 1900) - levelOf(hum.data(), 80), -4, 4);
  run(1000, 6000);
  CHECK_WITHIN(levelOf(&heard[8 * 6300], 8 * 600), levelOf(std::vector<int16_t>(80, 6000).data(), 80) - 0.5, levelOf(std::vector<int16_t>(80, 6000).data(), 80) + 0.5);
  CHECK_EQ(b.stream->stats().concealedMs, 0);
  CHECK_EQ(b.stream->stats().lostPackets, 0);
  CHECK_EQ(b.stream->stats().codec, "PCMU");
}
