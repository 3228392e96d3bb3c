// Speex: sound through it at three rates, packets of several frames, what fmtp asks for, and its own concealment.
#include "codec/speex.h"

#include <unistd.h>

#include <algorithm>
#include <map>

#include "codec_lab.h"
#include "signal.h"

using namespace codec_lab;

namespace {
std::unique_ptr<AudioCodec> speex(uint32_t rate, std::map<std::string, std::string> parameters = {}) {
  Codec wanted;
  wanted.name = "SPEEX";
  wanted.clockRate = rate;
  wanted.parameters = std::move(parameters);
  std::string why;
  auto codec = makeCodec(wanted, why);
  if (!codec) check::fail(__FILE__, __LINE__, why);
  return codec;
}
size_t bytes(AudioCodec& codec, const std::vector<int16_t>& sound) { return encode(codec, sound).size(); }
}  // namespace

TEST("speex/tones keep their frequency and level at 8, 16 and 32 kHz, one to three frames a packet") {
  for (const uint32_t rate : {8000u, 16000u, 32000u}) {
    for (const uint32_t ptimeMs : {20u, 40u, 60u}) {
      const auto encoder = speex(rate), decoder = speex(rate);
      const double hz = 500;
      const auto heard = through(*encoder, *decoder, signal_test::sine(hz, rate, rate * 6 / 5, 8000), ptimeMs);
      CHECK_WITHIN(signal_test::db(signal_test::amplitude(&heard[rate / 2], rate / 2, hz, rate) / 8000), -3, 1);
      CHECK_WITHIN(signal_test::db(8000 / std::sqrt(2.0) / signal_test::residue(&heard[rate / 2], rate / 2, hz, rate)), 6, 90);
    }
  }
}

TEST("speex/fmtp chooses the mode: bytes of a frame are those of the mode's bits and the end mark") {
  const auto sound = babble(8000, 160);
  const std::pair<const char*, size_t> narrow[] = {{"\"1,any\"", 6}, {"\"5,any\"", 38}, {"\"7\"", 62}, {"8", 10}, {"", 20}, {"\"any\"", 20}, {"\"12,3\"", 20}};
  for (const auto& [mode, size] : narrow) CHECK_EQ(bytes(*speex(8000, {{"mode", mode}}), sound), size);
  const auto wide = babble(16000, 320);
  CHECK_EQ(bytes(*speex(16000), wide), 70u);
  CHECK_EQ(bytes(*speex(16000, {{"mode", "\"10,any\""}}), wide), 106u);
  CHECK_WITHIN(bytes(*speex(16000, {{"mode", "\"2\""}}), wide), 10u, 30u);
}

TEST("speex/variable rate, and silence in short frames or none, as fmtp asks") {
  const auto noise = babble(16000, 16000);
  const std::vector<int16_t> silence(32000);
  CHECK(bytes(*speex(16000, {{"vbr", "on"}}), silence) < bytes(*speex(16000), silence) / 2);
  CHECK(bytes(*speex(16000, {{"vbr", "vad"}}), silence) < bytes(*speex(16000), silence) / 2);
  const auto encoder = speex(16000, {{"vbr", "vad"}, {"cng", "on"}});
  uint8_t packet[200];
  int sent = 0;
  for (size_t at = 0; at + 320 <= silence.size(); at += 320) sent += encoder->encode(&silence[at], 320, packet, sizeof packet) > 0;
  CHECK_WITHIN(sent, 1, 30);  // Of 100.
}

TEST("speex/what its bits do not hold is no packet; messages between frames are passed over; ends end") {
  const auto codec = speex(8000);
  const auto one = encode(*speex(8000), babble(8000, 160));
  REQUIRE(one.size() == 20);
  CHECK_EQ(codec->samplesIn(one.data(), 20), 160u);
  CHECK_EQ(codec->samplesIn(one.data(), 19), 0u);
  CHECK_EQ(codec->samplesIn(one.data(), 0), 0u);
  const uint8_t end[] = {0x7f};
  CHECK_EQ(codec->samplesIn(end, 1), 0u);
  // A message of kind 2 (4 bits), then a silent frame, an end, and what nobody reads.
  const uint8_t message[] = {0b0'1110'001, 0b0'1111'0'00, 0b00'0'1111'0, 0xff};
  CHECK_EQ(codec->samplesIn(message, 4), 160u);
  int16_t out[160];
  CHECK_EQ(codec->decode(message, 4, out, 160), 160u);
  const uint8_t unknown[] = {0b0'1001'000, 0, 0};
  CHECK_EQ(codec->samplesIn(unknown, 3), 0u);
}

TEST("speex/any bytes decode to what was said of them, and the library has nothing to say on stderr") {
  FILE* const said = std::tmpfile();
  const int usual = dup(2);
  REQUIRE(said && usual >= 0);
  dup2(fileno(said), 2);
  int decoded = 0, short_ = 0;
  for (const uint32_t rate : {8000u, 16000u, 32000u}) {
    const auto codec = speex(rate);
    const auto known = encode(*speex(rate), babble(rate, rate / 50));
    std::mt19937 random(7);
    std::vector<int16_t> out(200 * rate / 50);
    for (int i = 0; i < 40000; i++) {
      uint8_t payload[200];
      size_t size = random() % sizeof payload;
      for (size_t k = 0; k < size; k++) payload[k] = uint8_t(random());
      // Half of them a real packet with a bit or two turned and its end cut off.
      if (i % 2) {
        size = std::min(known.size(), sizeof payload);
        std::copy_n(known.begin(), size, payload);
        for (int k = 0; k < 2; k++) payload[random() % size] ^= uint8_t(1 << random() % 8);
        size -= random() % 2;
      }
      const size_t promised = codec->samplesIn(payload, size);
      if (promised == 0 || promised > out.size()) continue;
      short_ += codec->decode(payload, size, out.data(), out.size()) != promised;
      decoded++;
    }
  }
  dup2(usual, 2);
  close(usual);
  CHECK_EQ(std::ftell(said), 0);
  std::fclose(said);
  CHECK(decoded > 5000);
  CHECK_EQ(short_, 0);
}

TEST("speex/it fills holes itself, in whole frames that fade, and what comes after is as loud as before") {
  for (const uint32_t rate : {8000u, 16000u, 32000u}) {
    const auto encoder = speex(rate), decoder = speex(rate);
    const size_t frame = rate / 50;
    const auto noise = babble(rate, 2 * rate);
    const auto before = through(*encoder, *decoder, {noise.begin(), noise.begin() + rate});
    std::vector<int16_t> out(10 * frame);
    CHECK_EQ(decoder->conceal(out.data(), frame / 2), frame);
    CHECK_EQ(decoder->conceal(&out[frame], frame + 1), 2 * frame);
    CHECK_EQ(decoder->conceal(&out[3 * frame], 7 * frame), 7 * frame);
    const auto power = [](const int16_t* at, size_t count) {
      double sum = 0;
      for (size_t i = 0; i < count; i++) sum += double(at[i]) * at[i];
      return 10 * std::log10(sum / double(count) + 1e-3);
    };
    const double usual = power(&before[rate / 2], rate / 2);
    CHECK_WITHIN(power(out.data(), frame) - usual, -12, 3);
    CHECK(power(&out[9 * frame], frame) < usual - 12);
    const auto after = through(*encoder, *decoder, {noise.begin() + rate, noise.end()});
    CHECK_WITHIN(power(&after[rate / 2], rate / 2) - usual, -2, 2);
  }
}

TEST("speex/is 8000, 16000 or 32000 Hz") {
  Codec wanted;
  wanted.name = "SPEEX";
  wanted.clockRate = 48000;
  std::string why;
  CHECK(!makeCodec(wanted, why));
  CHECK_EQ(why, "no codec SPEEX/48000");
}
