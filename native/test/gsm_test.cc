// GSM 06.10: its decoder is FFmpeg's own (not libgsm) to the bit; what is no frame of it is none.
#include "codec/gsm.h"

#include "codec_lab.h"
#include "ffmpeg.h"
#include "signal.h"

using namespace codec_lab;

TEST("gsm/what it encodes is decoded alike by FFmpeg's own decoder, to the bit") {
  const auto coded = encode(*make("GSM"), babble(8000, 32000));
  REQUIRE(coded.size() == 200 * 33);
  const auto decoder = make("GSM");
  std::vector<int16_t> ours(32000);
  CHECK_EQ(decoder->decode(coded.data(), coded.size(), ours.data(), ours.size()), 32000u);
  const auto theirs = ffmpeg::convert<int16_t>(coded, "-f gsm -c:a gsm", "-f s16le");
  REQUIRE(theirs.size() == ours.size());
  size_t differ = 0;
  for (size_t i = 0; i < ours.size(); i++) differ += ours[i] != theirs[i];
  CHECK_EQ(differ, 0u);
}

TEST("gsm/tones and noise come back in place; a packet holds whole frames with their signature") {
  const auto encoder = make("GSM"), decoder = make("GSM");
  const auto tone = signal_test::sine(600, 8000, 16000, 8000);
  CHECK_WITHIN(snr(tone, through(*encoder, *decoder, tone, 60), 0, 1600), 10, 60);
  const auto one = encode(*make("GSM"), std::vector<int16_t>(160));
  CHECK_EQ(one.size(), 33u);
  CHECK_EQ(decoder->samplesIn(one.data(), 33), 160u);
  CHECK_EQ(decoder->samplesIn(one.data(), 32), 0u);
  std::vector<uint8_t> other = one;
  other[0] ^= 0x40;
  CHECK_EQ(decoder->samplesIn(other.data(), 33), 0u);
}

TEST("gsm/a reset decoder is as new, whatever it had to decode") {
  const auto used = make("GSM"), fresh = make("GSM");
  std::mt19937 random(3);
  int16_t a[160], b[160];
  for (int i = 0; i < 200; i++) {
    uint8_t frame[33];
    for (uint8_t& each : frame) each = uint8_t(random());
    frame[0] = uint8_t(0xd0 | (frame[0] & 15));
    CHECK_EQ(used->decode(frame, 33, a, 160), 160u);
  }
  used->reset();
  for (int i = 0; i < 5; i++) {
    const auto coded = encode(*make("GSM"), babble(8000, 160, uint32_t(i)));
    used->decode(coded.data(), coded.size(), a, 160);
    fresh->decode(coded.data(), coded.size(), b, 160);
    CHECK(std::equal(a, a + 160, b));
  }
}
