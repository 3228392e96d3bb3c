// G.722 against FFmpeg's, bit by bit, and by what the Recommendation promises.
#include "codec/g722.h"

#include "codec_lab.h"
#include "ffmpeg.h"
#include "signal.h"

using namespace codec_lab;

TEST("g722/what it decodes is FFmpeg's to the bit, of speech-like noise and of any bytes") {
  const auto encoder = make("G722");
  std::vector<uint8_t> coded = encode(*encoder, babble(16000, 32000));
  REQUIRE(coded.size() == 16000);
  std::mt19937 random(3);
  for (int i = 0; i < 8000; i++) coded.push_back(uint8_t(random()));
  const auto decoder = make("G722");
  std::vector<int16_t> ours(2 * coded.size());
  CHECK_EQ(decoder->decode(coded.data(), coded.size(), ours.data(), ours.size()), ours.size());
  const auto theirs = ffmpeg::convert<int16_t>(coded, "-f g722", "-f s16le");
  REQUIRE(theirs.size() == ours.size());
  size_t differ = 0;
  for (size_t i = 0; i < ours.size(); i++) differ += ours[i] != theirs[i];
  CHECK_EQ(differ, 0u);
}

TEST("g722/what it encodes is FFmpeg's to the bit") {
  const auto encoder = make("G722");
  const auto sound = babble(16000, 32000);
  const auto ours = encode(*encoder, sound);
  const auto theirs = ffmpeg::convert<uint8_t>(sound, "-f s16le -ar 16000 -ac 1", "-c:a g722 -f g722");
  REQUIRE(theirs.size() == ours.size());
  size_t differ = 0;
  for (size_t i = 0; i < ours.size(); i++) differ += ours[i] != theirs[i];
  CHECK_EQ(differ, 0u);
}

TEST("g722/tones of both bands and noise come back 22 samples later, well above their noise") {
  // 6 bits a sample below 4 kHz and 2 above: the noise of the higher band is what is heard of it.
  for (const auto& [hz, least] : {std::pair(300.0, 30.0), {1000.0, 30.0}, {3000.0, 25.0}, {5000.0, 8.0}, {6500.0, 8.0}}) {
    const auto encoder = make("G722"), decoder = make("G722");
    const auto tone = signal_test::sine(hz, 16000, 16000, 8000);
    const double got = snr(tone, through(*encoder, *decoder, tone), 22, 1600);
    if (got < least) check::fail(__FILE__, __LINE__, std::to_string(hz) + " Hz: " + std::to_string(got) + " dB");
  }
  const auto encoder = make("G722"), decoder = make("G722");
  const auto noise = babble(16000, 32000);
  CHECK_WITHIN(snr(noise, through(*encoder, *decoder, noise), 22, 0), 12, 60);
}

TEST("g722/its clock on the wire is half its rate; any bytes decode; a reset decoder is as new") {
  const auto codec = make("G722"), fresh = make("G722");
  CHECK_EQ(codec->rate(), 16000u);
  CHECK_EQ(codec->clockRate(), 8000u);
  CHECK_EQ(encode(*codec, std::vector<int16_t>(320)).size(), 160u);
  anyBytes(*codec, *fresh);
}

TEST("l16/samples in network order, whole ones only, at three rates") {
  for (const uint32_t rate : {8000u, 16000u, 48000u}) {
    const auto codec = make("L16", rate), fresh = make("L16", rate);
    CHECK_EQ(codec->rate(), rate);
    CHECK_EQ(codec->clockRate(), rate);
    const auto sound = babble(rate, rate / 10);
    CHECK(through(*codec, *codec, sound, 10) == sound);
    anyBytes(*codec, *fresh);
  }
  const int16_t in[] = {0x1234, -2};
  uint8_t out[4];
  const auto codec = make("L16", 16000);
  CHECK_EQ(codec->encode(in, 2, out, 4), 4u);
  CHECK(out[0] == 0x12 && out[1] == 0x34 && out[2] == 0xff && out[3] == 0xfe);
  CHECK_EQ(codec->samplesIn(out, 3), 0u);
}
