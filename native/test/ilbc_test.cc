// iLBC: FFmpeg's decoder on what we encode, both lengths of frames; speech through both ends; frames that are none.
#include "codec/ilbc.h"

#include <algorithm>
#include <map>

#include "codec_lab.h"
#include "ffmpeg.h"
#include "signal.h"
#include "voice_sim.h"

using namespace codec_lab;

namespace {
std::unique_ptr<AudioCodec> ilbc(uint32_t frameMs) {
  Codec wanted;
  wanted.name = "ILBC";
  wanted.parameters["mode"] = std::to_string(frameMs);
  std::string why;
  auto codec = makeCodec(wanted, why);
  if (!codec) check::fail(__FILE__, __LINE__, why);
  return codec;
}

/** Both ends pass what they have through a high-pass filter (RFC 3951 §3.1, §4.8): what comes out is to be like this. */
std::vector<int16_t> highPassed(const std::vector<int16_t>& in) {
  const double zeros[2][3] = {{0.92727436, -1.8544941, 0.92727436}, {0.93980581, -1.8795834, 0.93980581}};
  const double poles[2][2] = {{-1.9059465, 0.9114024}, {-1.9330735, 0.93589199}};
  std::vector<double> sound(in.begin(), in.end());
  for (int pass = 0; pass < 2; pass++) {
    double in1 = 0, in2 = 0, out1 = 0, out2 = 0;
    for (double& each : sound) {
      const double out = zeros[pass][0] * each + zeros[pass][1] * in1 + zeros[pass][2] * in2 - poles[pass][0] * out1 - poles[pass][1] * out2;
      in2 = in1, in1 = each, out2 = out1, out1 = each = out;
    }
  }
  return {sound.begin(), sound.end()};
}

std::vector<int16_t> decode(AudioCodec& codec, const std::vector<uint8_t>& coded) {
  std::vector<int16_t> out(codec.samplesIn(coded.data(), coded.size()));
  out.resize(codec.decode(coded.data(), coded.size(), out.data(), out.size()));
  return out;
}
constexpr uint32_t kFrames[] = {20, 30};
}  // namespace

TEST("ilbc/FFmpeg's decoder, which counts in whole numbers, makes of our frames what ours does, and both the speech that went in") {
  for (const uint32_t ms : kFrames) {
    const auto in = sim::speech(9.6);
    const auto coded = encode(*ilbc(ms), in, ms);
    REQUIRE(coded.size() == 9600 / ms * (ms == 20 ? 38 : 50));
    const auto ours = decode(*ilbc(ms), coded);
    REQUIRE(ours.size() == in.size());
    std::vector<uint8_t> file;
    for (const char each : "#!iLBC" + std::to_string(ms) + "\n") file.push_back(uint8_t(each));
    file.insert(file.end(), coded.begin(), coded.end());
    const auto theirs = ffmpeg::convert<int16_t>(file, "-f ilbc", "-f s16le");
    REQUIRE(theirs.size() == ours.size());
    // Its first frame begins from another spectrum than the RFC's.
    CHECK_WITHIN(snr(ours, theirs, 0, 800), 38, 90);
    CHECK_WITHIN(snr(highPassed(in), ours, 0, 800), 15, 60);
    CHECK_WITHIN(snr(highPassed(in), theirs, 0, 800), 15, 60);
  }
}

TEST("ilbc/tones keep their frequency and level, several frames a packet") {
  for (const uint32_t ms : kFrames) {
    for (const double hz : {300.0, 1000.0, 2500.0}) {
      const auto encoder = ilbc(ms), decoder = ilbc(ms);
      const auto heard = through(*encoder, *decoder, signal_test::sine(hz, 8000, 14400, 8000), 60);
      CHECK_WITHIN(signal_test::db(signal_test::amplitude(&heard[4000], 8000, hz, 8000) / 8000), -2, 1);
      CHECK_WITHIN(signal_test::db(8000 / std::sqrt(2.0) / signal_test::residue(&heard[4000], 8000, hz, 8000)), 6, 90);
    }
  }
}

TEST("ilbc/silence stays silence, and full scale does not break it") {
  for (const uint32_t ms : kFrames) {
    const auto encoder = ilbc(ms), decoder = ilbc(ms);
    for (const int16_t each : through(*encoder, *decoder, std::vector<int16_t>(4800), ms)) CHECK_WITHIN(each, -20, 20);
    std::vector<int16_t> square(9600);
    for (size_t i = 0; i < square.size(); i++) square[i] = i / 20 % 2 ? 32767 : -32768;
    const auto loud = through(*encoder, *decoder, square, ms);
    CHECK(signal_test::amplitude(&loud[2400], 7200, 200, 8000) > 20000);
    const auto after = through(*encoder, *decoder, std::vector<int16_t>(9600), ms);
    for (size_t i = 4800; i < after.size(); i++) CHECK_WITHIN(after[i], -40, 40);
  }
}

TEST("ilbc/any frame decodes, to nothing endless; speech after it is speech; those that cannot be are none") {
  for (const uint32_t ms : kFrames) {
    const size_t bytes = ms == 20 ? 38 : 50, samples = ms * 8;
    const auto codec = ilbc(ms);
    std::mt19937 random(5);
    std::vector<int16_t> out(samples);
    int decoded = 0;
    for (int i = 0; i < 3000; i++) {
      std::vector<uint8_t> frame(bytes);
      for (uint8_t& each : frame) each = uint8_t(random());
      const size_t said = codec->samplesIn(frame.data(), bytes);
      if (said == 0) continue;
      CHECK_EQ(codec->decode(frame.data(), bytes, out.data(), out.size()), samples);
      decoded++;
    }
    CHECK_WITHIN(decoded, 500, 2000);
    const auto in = sim::speech(3.0);
    const auto encoder = ilbc(ms);
    CHECK_WITHIN(snr(highPassed(in), through(*encoder, *codec, in, ms), 0, 8000), 13, 60);

    auto one = encode(*ilbc(ms), std::vector<int16_t>(samples), ms);
    CHECK_EQ(codec->samplesIn(one.data(), bytes), samples);
    CHECK_EQ(codec->samplesIn(one.data(), bytes - 1), 0u);
    CHECK_EQ(codec->samplesIn(one.data(), 0), 0u);
    one[bytes - 1] |= 1;  // The sender's mark of an empty frame.
    CHECK_EQ(codec->samplesIn(one.data(), bytes), 0u);
    one[bytes - 1] &= 0xfe;
    // `start` 0, which no block is before: two or three bits after those of the spectrum.
    if (ms == 20) one[2] &= 0xf3;
    else one[5] &= 0x1f;
    CHECK_EQ(codec->samplesIn(one.data(), bytes), 0u);
  }
}

TEST("ilbc/a reset decoder is as new; without a word of mode frames are of 30 ms (RFC 3952)") {
  for (const uint32_t ms : kFrames) {
    const auto used = ilbc(ms), fresh = ilbc(ms), encoder = ilbc(ms);
    const auto coded = encode(*encoder, sim::speech(1.2), ms);
    decode(*used, coded);
    used->reset();
    CHECK(decode(*used, coded) == decode(*fresh, coded));
  }
  CHECK_EQ(make("ILBC")->frameMs(), 30u);
  CHECK_EQ(ilbc(20)->frameMs(), 20u);
}
