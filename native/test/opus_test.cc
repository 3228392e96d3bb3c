// Opus: sound through it, what fmtp asks for, losses mended by redundancy and by its own concealment, whole streams of it.
#include "codec/opus.h"

#include <opus/opus.h>

#include <algorithm>
#include <map>

#include "codec/opus_effort.h"
#include "codec/resampled.h"
#include "codec_lab.h"
#include "rt/thread.h"
#include "rtp/jitter_buffer.h"
#include "signal.h"

using namespace codec_lab;

namespace {
std::unique_ptr<AudioCodec> opus(std::map<std::string, std::string> parameters = {}) {
  Codec wanted;
  wanted.name = "OPUS";
  wanted.clockRate = 48000;
  wanted.channels = 2;
  wanted.parameters = std::move(parameters);
  std::string why;
  auto codec = makeCodec(wanted, why);
  if (!codec) check::fail(__FILE__, __LINE__, why);
  return codec;
}

/** At 48 kHz outside, whatever it is sampled at inside. */
std::unique_ptr<AudioCodec> opus48(std::map<std::string, std::string> parameters) { return atRate(48000, opus(std::move(parameters))); }

/** Bytes of each packet of a second of speech-like noise. */
std::vector<size_t> sizes(AudioCodec& codec, const std::vector<int16_t>& sound) {
  std::vector<size_t> out;
  uint8_t packet[1500];
  for (size_t at = 0; at + 960 <= sound.size(); at += 960) out.push_back(codec.encode(&sound[at], 960, packet, sizeof packet));
  return out;
}
size_t total(const std::vector<size_t>& all) {
  size_t sum = 0;
  for (const size_t each : all) sum += each;
  return sum;
}

/** `sound` through a jitter buffer without the packets `lost`. */
std::vector<int16_t> withLoss(AudioCodec& encoder, AudioCodec& decoder, const std::vector<int16_t>& sound, const std::vector<size_t>& lost, double* concealedMs = nullptr) {
  JitterBuffer buffer(48000, [](void*, void*) {}, nullptr);
  buffer.setBounds(40, 200);
  std::vector<std::vector<uint8_t>> packets;
  std::vector<int16_t> heard;
  for (size_t n = 0; n * 960 + 960 <= sound.size(); n++) {
    packets.emplace_back(1500);
    packets.back().resize(encoder.encode(&sound[n * 960], 960, packets.back().data(), 1500));
  }
  for (size_t n = 0; n < packets.size(); n++) {
    const int64_t now = 1'000'000'000 + int64_t(n) * 20'000'000;
    if (std::find(lost.begin(), lost.end(), n) == lost.end()) {
      Voice voice;
      voice.sequence = 100 + int64_t(n);
      voice.position = 9600 + int64_t(n) * 960;
      voice.arrivedNs = now;
      voice.payload = packets[n].data();
      voice.size = packets[n].size();
      voice.decoder = &decoder;
      buffer.insert(voice);
    }
    int16_t out[480];
    for (int half = 0; half < 2; half++) {
      buffer.give(out, 480, now + half * 10'000'000);
      heard.insert(heard.end(), out, out + 480);
    }
  }
  if (concealedMs) *concealedMs = buffer.concealedMs();
  return heard;
}

/** Level of every 10 ms between two packets' times, dB below full scale; the least. */
double quietest(const std::vector<int16_t>& heard, size_t fromMs, size_t toMs) {
  double least = 0;
  for (size_t at = fromMs * 48; at < toMs * 48; at += 480) {
    double power = 1;
    for (size_t i = 0; i < 480; i++) power += double(heard[at + i]) * heard[at + i];
    least = std::min(least, 10 * std::log10(power / 480 / (32768.0 * 32768)));
  }
  return least;
}
}  // namespace

TEST("opus/is opus/48000/2 and nothing else") {
  Codec wanted;
  wanted.name = "OPUS";
  wanted.clockRate = 48000;
  std::string why;
  CHECK(!makeCodec(wanted, why));
  CHECK_EQ(why, "no codec OPUS/48000");
  wanted.channels = 2;
  wanted.clockRate = 16000;
  CHECK(!makeCodec(wanted, why));
  CHECK_EQ(opus()->clockRate(), 48000u);
}

TEST("opus/tones keep their frequency and level") {
  for (const double hz : {300.0, 1000.0, 5000.0, 10000.0}) {
    const auto encoder = opus(), decoder = opus();
    const auto heard = through(*encoder, *decoder, signal_test::sine(hz, 48000, 48000, 8000));
    CHECK_WITHIN(signal_test::db(signal_test::amplitude(&heard[24000], 19200, hz, 48000) / 8000), -2, 1);
    CHECK_WITHIN(signal_test::db(8000 / std::sqrt(2.0) / signal_test::residue(&heard[24000], 19200, hz, 48000)), 12, 90);
  }
}

TEST("opus/what fmtp asks for is kept: rate, band, constant size, silence not sent") {
  const auto sound = babble(48000, 96000);
  const size_t usual = total(sizes(*opus(), sound));
  CHECK_WITHIN(usual, 4000u, 9600u);  // 32 kbit/s over two seconds would be 8000.
  CHECK_WITHIN(total(sizes(*opus({{"maxaveragebitrate", "12000"}}), sound)), 1000u, 3600u);
  CHECK_WITHIN(total(sizes(*opus({{"maxaveragebitrate", "twelve"}}), sound)), usual, usual);
  CHECK_WITHIN(total(sizes(*opus({{"maxaveragebitrate", "510000"}}), sound)), usual, usual);
  const auto constant = sizes(*opus({{"cbr", "1"}}), sound);
  CHECK_EQ(*std::min_element(constant.begin(), constant.end()), *std::max_element(constant.begin(), constant.end()));
  const auto narrow = opus48({{"maxplaybackrate", "8000"}}), decoder = opus();
  const auto heard = through(*narrow, *decoder, signal_test::sine(6000, 48000, 48000, 8000));
  CHECK(signal_test::db(signal_test::amplitude(&heard[24000], 19200, 6000, 48000) / 8000) < -25);
  const auto silence = sizes(*opus({{"usedtx", "1"}}), std::vector<int16_t>(96000));
  CHECK_WITHIN(std::count(silence.begin(), silence.end(), 0u), 60, 99);
  const auto spoken = sizes(*opus(), std::vector<int16_t>(96000));
  CHECK_EQ(std::count(spoken.begin(), spoken.end(), 0u), 0);
}

TEST("opus/a lost packet comes back from the next one when that carries it") {
  // A tone that sounds for the lost packet alone, so nothing before it tells what it was.
  auto sound = babble(48000, 96000);
  const auto beep = signal_test::sine(700, 48000, 960, 12000);
  for (size_t i = 0; i < sound.size(); i++) sound[i] = int16_t(sound[i] / 30);
  const size_t lost = 60;
  for (size_t i = 0; i < 960; i++) sound[lost * 960 + i] = int16_t(sound[lost * 960 + i] + beep[i]);
  double with = 0, without = 0;
  for (const bool fec : {true, false}) {
    // 24 kbit/s keeps it in the speech mode, which is the one that has redundancy.
    const std::map<std::string, std::string> parameters{{"useinbandfec", fec ? "1" : "0"}, {"maxaveragebitrate", "24000"}, {"maxplaybackrate", "16000"}};
    const auto encoder = opus48(parameters), decoder = opus48(parameters);
    double concealedMs = 0;
    const auto heard = withLoss(*encoder, *decoder, sound, {lost}, &concealedMs);
    double loudest = 0;
    for (size_t at = (lost - 1) * 960; at + 960 < heard.size() && at < (lost + 8) * 960; at += 240)
      loudest = std::max(loudest, signal_test::amplitude(&heard[at], 960, 700, 48000));
    (fec ? with : without) = loudest;
    CHECK_EQ(concealedMs, fec ? 0 : 20);
  }
  CHECK(with > 4000);
  CHECK(without < with / 2);
}

TEST("opus/its own concealment goes on with the sound and fades; speech comes back without a hole") {
  const auto tone = signal_test::sine(440, 48000, 96000, 8000);
  const auto encoder = opus(), decoder = opus();
  double concealedMs = 0;
  const auto heard = withLoss(*encoder, *decoder, tone, {40, 41, 70}, &concealedMs);
  CHECK_WITHIN(concealedMs, 40, 60);
  // −15 dB is the tone; libopus lets a steady one fall by some 20 dB within a packet, but never to nothing.
  CHECK_WITHIN(quietest(heard, 400, 1900), -45, -16);
  CHECK_WITHIN(quietest(heard, 920, 1400), -17, -13);
  int steepest = 0;
  for (size_t i = 400 * 48; i < 1900 * 48; i++) steepest = std::max(steepest, std::abs(heard[i] - heard[i - 1]));
  CHECK_WITHIN(steepest, 0, int(8000 * 2 * M_PI * 440 / 48000 * 2));
  const auto ended = opus();
  std::vector<int16_t> out(48000);
  uint8_t packet[1500];
  for (int i = 0; i < 20; i++) ended->decode(packet, encoder->encode(&tone[size_t(i) * 960], 960, packet, sizeof packet), out.data(), out.size());
  for (int i = 0; i < 100; i++) CHECK_EQ(ended->conceal(&out[size_t(i % 2) * 480], 480), 480u);
  CHECK(quietest(out, 0, 10) < -50);
  CHECK_EQ(ended->conceal(out.data(), 1), 120u);
}

TEST("opus/a real-time thread's stack is enough for it") {
  const auto codec = opus({{"useinbandfec", "1"}});
  size_t decoded = 0;
  Thread thread;
  thread.start("opus", 0, [&] {
    uint8_t packet[1500];
    int16_t out[5760];
    const auto sound = babble(48000, 96000);
    for (size_t at = 0; at + 2880 <= sound.size(); at += 2880) decoded += codec->decode(packet, codec->encode(&sound[at], 2880, packet, sizeof packet), out, 5760);
  });
  thread.join();
  CHECK_EQ(decoded, 33u * 2880);
}

TEST("opus/any bytes decode or are refused; a reset decoder is as new") {
  const auto codec = opus(), fresh = opus();
  anyBytes(*codec, *fresh, 1400);
}

TEST("opus/redundancy comes and goes with the losses the peer reports") {
  const auto encoder = opus48({{"useinbandfec", "1"}, {"maxaveragebitrate", "24000"}, {"maxplaybackrate", "16000"}});
  const auto sound = babble(48000, 48000);
  // Of 50 packets, those that carry something of the one before.
  const auto redundant = [&] {
    const auto decoder = opus();
    int count = 0;
    uint8_t packet[1500];
    int16_t lost[960], heard[960];
    for (size_t at = 0; at + 960 <= sound.size(); at += 960) {
      const size_t size = encoder->encode(&sound[at], 960, packet, sizeof packet);
      count += decoder->decodeLost(packet, size, lost, 960) > 0;
      decoder->decode(packet, size, heard, 960);
    }
    return count;
  };
  CHECK_WITHIN(redundant(), 25, 50);
  for (int i = 0; i < 3; i++) encoder->expectLoss(0);
  redundant();
  CHECK_EQ(redundant(), 0);
  encoder->expectLoss(20);
  CHECK_WITHIN(redundant(), 25, 50);
  // Once there were some, they are believed to come again.
  for (int i = 0; i < 3; i++) encoder->expectLoss(0);
  CHECK_WITHIN(redundant(), 25, 50);
  for (int i = 0; i < 12; i++) encoder->expectLoss(0);
  redundant();
  CHECK_EQ(redundant(), 0);
}

TEST("opus/it works at what one side plays and the other captures, and neither sends nor decodes more") {
  struct Case {
    const char *playback, *capture;
    uint32_t rate;
    double kbits;
  };
  const Case cases[] = {{"48000", "48000", 48000, 32}, {"24000", "48000", 24000, 28}, {"48000", "16000", 16000, 22}, {"16000", "8000", 8000, 16},
                        {"12000", "48000", 16000, 18}, {"44100", "48000", 48000, 32}, {"8000", "nonsense", 8000, 16}, {"0", "48000", 8000, 16}};
  for (const Case& each : cases) {
    const auto encoder = opus({{"maxplaybackrate", each.playback}, {"sprop-maxcapturerate", each.capture}}), decoder = opus();
    CHECK_EQ(encoder->rate(), each.rate);
    CHECK_EQ(encoder->clockRate(), 48000u);
    const auto sound = babble(encoder->rate(), 2 * encoder->rate());
    const size_t frame = encoder->rate() / 50;
    size_t bytes = 0;
    uint8_t packet[1500];
    for (size_t at = 0; at + frame <= sound.size(); at += frame) {
      const size_t size = encoder->encode(&sound[at], frame, packet, sizeof packet);
      CHECK_EQ(decoder->samplesIn(packet, size), 960u);
      bytes += size;
    }
    CHECK_WITHIN(double(bytes) * 8 / 2000, each.kbits * 0.5, each.kbits * 1.2);
  }
}

TEST("opus/our own bit rate holds where the peer takes as much") {
  const auto sound = babble(48000, 96000);
  Codec wanted{"OPUS", 111, 48000, 2, {}};
  std::string why;
  wanted.bitRate = 64000;
  CHECK_WITHIN(total(sizes(*makeCodec(wanted, why), sound)), 10000u, 18000u);
  wanted.parameters = {{"maxaveragebitrate", "12000"}};
  CHECK_WITHIN(total(sizes(*makeCodec(wanted, why), sound)), 1000u, 3600u);
}

TEST("opus/packets of 10, 20, 40 and 60 ms, no others") {
  for (uint32_t ms = 10; ms <= 60; ms += 10) {
    const bool can = ms != 30 && ms != 50;
    const auto encoder = opus(), decoder = opus();
    CHECK_EQ(encoder->makes(ms), can);
    if (!can) continue;
    const auto heard = through(*encoder, *decoder, signal_test::sine(1000, 48000, 57600, 8000), ms);
    CHECK_WITHIN(signal_test::db(signal_test::amplitude(&heard[28800], 19200, 1000, 48000) / 8000), -2, 1);
  }
}

TEST("opus/stereo is heard as the mean of both sides") {
  int error = OPUS_OK;
  const std::unique_ptr<OpusEncoder, decltype(&opus_encoder_destroy)> stereo(opus_encoder_create(48000, 2, OPUS_APPLICATION_AUDIO, &error), opus_encoder_destroy);
  CHECK_EQ(opus_encoder_ctl(stereo.get(), OPUS_SET_BITRATE(96000)), OPUS_OK);
  const auto left = signal_test::sine(700, 48000, 48000, 8000), right = signal_test::sine(1900, 48000, 48000, 8000);
  const auto decoder = opus();
  std::vector<int16_t> heard;
  for (size_t at = 0; at + 960 <= left.size(); at += 960) {
    int16_t both[1920], out[960];
    for (size_t i = 0; i < 960; i++) both[2 * i] = left[at + i], both[2 * i + 1] = right[at + i];
    uint8_t packet[1500];
    const int size = opus_encode(stereo.get(), both, 960, packet, sizeof packet);
    CHECK(size > 0 && opus_packet_get_nb_channels(packet) == 2);
    CHECK_EQ(decoder->decode(packet, size_t(size), out, 960), 960u);
    heard.insert(heard.end(), out, out + 960);
  }
  for (const double hz : {700.0, 1900.0})
    CHECK_WITHIN(signal_test::db(signal_test::amplitude(&heard[24000], 19200, hz, 48000) / 4000), -1, 1);
}

TEST("opus/redundancy mends a loss at another rate outside than inside too") {
  const std::map<std::string, std::string> wide{{"useinbandfec", "1"}, {"maxplaybackrate", "16000"}};
  const auto encoder = opus(wide);
  const auto decoder = opus48(wide);
  const auto sound = babble(16000, 32000);
  std::vector<int16_t> out(960);
  int mended = 0;
  uint8_t packet[1500];
  for (size_t at = 0; at + 320 <= sound.size(); at += 320) {
    const size_t size = encoder->encode(&sound[at], 320, packet, sizeof packet);
    const size_t got = decoder->decodeLost(packet, size, out.data(), 960);
    CHECK(got == 0 || got == 960);
    mended += got == 960;
    decoder->decode(packet, size, out.data(), 960);
  }
  CHECK_WITHIN(mended, 50, 100);
}

TEST("opus/cores that execute in order get less to do") {
  CHECK_EQ(complexityFor("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n"), 2);
  CHECK_EQ(complexityFor("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n"), 5);
  CHECK_EQ(complexityFor("processor\t: 0\nCPU part\t: 0xd08\n\nprocessor\t: 1\nCPU part\t: 0xd03\n"), 2);
  CHECK_EQ(complexityFor("model name\t: AMD EPYC\n"), 5);
  CHECK_EQ(complexityFor(""), 5);
  CHECK_WITHIN(usualComplexity(), 2, 5);
}

TEST("opus/few do their best, more than a conference of three do with the least, and an account's own wish goes before") {
  CHECK_EQ(complexityAmong(5, 3), 5);
  CHECK_EQ(complexityAmong(5, 4), 2);
  CHECK_EQ(complexityAmong(1, 20), 1);
  const auto sound = babble(48000, 48000);
  const auto wishing = [](uint32_t complexity) {
    Codec wanted{"OPUS", 96, 48000, 2, {}};
    wanted.complexity = complexity;
    std::string why;
    return makeCodec(wanted, why);
  };
  const auto best = opus(), alike = wishing(uint32_t(usualComplexity()));
  CHECK(sizes(*best, sound) == sizes(*alike, sound));
  const auto third = opus(), fourth = opus(), least = wishing(2), firm = wishing(5);
  sizes(*third, sound);
  const auto little = sizes(*fourth, sound);
  CHECK(little == sizes(*least, sound));
  CHECK(little != sizes(*firm, sound));
}
