// G.711 against the decision and quantizing values of the Recommendation's tables 1a, 1b, 2a, 2b, built from their step sizes.
#include "codec/g711.h"

#include <cstdlib>
#include <vector>

#include "check.h"

using namespace offhook;

namespace {
struct Law {
  /** Decision values x(1)…x(129), and output values y(1)…y(128), in units of 1/8159 (µ) or 1/4096 (A) of full scale. */
  std::vector<int> decision, output;
};

// Table 2a: one interval of 1, fifteen of 2, then seven segments of sixteen intervals each twice as wide.
Law muLaw() {
  Law law;
  law.decision = {0, 1};
  for (int i = 0; i < 15; i++) law.decision.push_back(law.decision.back() + 2);
  for (int segment = 1; segment < 8; segment++) {
    for (int i = 0; i < 16; i++) law.decision.push_back(law.decision.back() + (2 << segment));
  }
  law.output = {0};
  for (size_t i = 1; i < 128; i++) law.output.push_back((law.decision[i] + law.decision[i + 1]) / 2);
  return law;
}

// Table 1a: 32 intervals of 2, then six segments of sixteen, each twice as wide.
Law aLaw() {
  Law law;
  law.decision = {0};
  for (int i = 0; i < 32; i++) law.decision.push_back(law.decision.back() + 2);
  for (int segment = 1; segment < 7; segment++) {
    for (int i = 0; i < 16; i++) law.decision.push_back(law.decision.back() + (2 << segment));
  }
  for (size_t i = 0; i < 128; i++) law.output.push_back((law.decision[i] + law.decision[i + 1]) / 2);
  return law;
}

/** Which interval a sample lies in, the whole line cut into intervals closed below and open above. `unit` in 16-bit steps. */
int interval(const Law& law, int sample, int unit) {
  int n = 0;
  if (sample >= 0) {
    while (n < 127 && sample >= law.decision[size_t(n) + 1] * unit) n++;
  } else {
    while (n < 127 && sample < -law.decision[size_t(n) + 1] * unit) n++;
  }
  return n;
}
}  // namespace

TEST("codec/µ-law is G.711 for every sample and every code") {
  const Law law = muLaw();
  CHECK_EQ(law.decision.back(), 8159);
  int wrong = 0;
  for (int sample = -32768; sample <= 32767; sample++) {
    const int code = (sample < 0 ? 0x7f : 0xff) - interval(law, sample, 4);
    wrong += encodeMuLaw(int16_t(sample)) != code;
  }
  CHECK_EQ(wrong, 0);
  for (int code = 0; code < 256; code++) {
    const int n = 0x7f - (code & 0x7f);
    CHECK_EQ(decodeMuLaw(uint8_t(code)), (code & 0x80 ? 1 : -1) * law.output[size_t(n)] * 4);
  }
}

TEST("codec/A-law is G.711 for every sample and every code") {
  const Law law = aLaw();
  CHECK_EQ(law.decision.back(), 4096);
  int wrong = 0;
  for (int sample = -32768; sample <= 32767; sample++) {
    const int code = ((sample < 0 ? 0 : 0x80) | interval(law, sample, 8)) ^ 0x55;
    wrong += encodeALaw(int16_t(sample)) != code;
  }
  CHECK_EQ(wrong, 0);
  for (int code = 0; code < 256; code++) {
    const int bits = code ^ 0x55;
    CHECK_EQ(decodeALaw(uint8_t(code)), (bits & 0x80 ? 1 : -1) * law.output[size_t(bits & 0x7f)] * 8);
  }
}

TEST("codec/the registry knows what it has") {
  std::string why;
  Codec wanted;
  wanted.name = "PCMA";
  const auto codec = makeCodec(wanted, why);
  REQUIRE(codec != nullptr);
  const int16_t in[3] = {0, 1000, -1000};
  uint8_t coded[3];
  CHECK_EQ(codec->encode(in, 3, coded, 3), 3u);
  CHECK_EQ(codec->encode(in, 3, coded, 2), 2u);
  CHECK_EQ(codec->samplesIn(coded, 3), 3u);
  wanted.name = "G729";
  CHECK(makeCodec(wanted, why) == nullptr);
  CHECK_EQ(why, "no codec G729/8000");
  wanted.name = "PCMU";
  wanted.clockRate = 16000;
  CHECK(makeCodec(wanted, why) == nullptr);
}
