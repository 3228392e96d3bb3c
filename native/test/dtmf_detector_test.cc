// Digits as tones at the limits of ITU-T Q.24, and what must not be taken for a digit.
#include <cmath>
#include <random>
#include <string>

#include "check.h"
#include "codec/g711.h"
#include "dsp/dtmf_detector.h"
#include "dsp/tone.h"
#include "engine/stream_port.h"
#include "signal.h"
#include "voice_sim.h"

using namespace offhook;

namespace {

constexpr char kAll[] = "0123456789*#ABCD";

struct Key {
  uint32_t onMs = 40, offMs = 40;
  double lowDbm0 = -9, highDbm0 = -9;
  double lowOff = 0, highOff = 0;  // relative error of the frequency
};

void add(std::vector<int16_t>& to, char digit, const Key& key) {
  double low, high;
  dtmfFrequencies(digit, low, high);
  const double a = kZeroDbm0 * std::pow(10, key.lowDbm0 / 20), b = kZeroDbm0 * std::pow(10, key.highDbm0 / 20);
  for (size_t i = 0; i < key.onMs * 8; i++) {
    const double at = 2 * M_PI * double(i) / 8000;
    to.push_back(int16_t(std::lround(std::clamp(a * std::sin(at * low * (1 + key.lowOff)) + b * std::sin(at * high * (1 + key.highOff) + 1), -32768.0, 32767.0))));
  }
  to.resize(to.size() + key.offMs * 8);
}

struct Heard {
  std::string begun, ended;
  uint32_t shortest = 99999, longest = 0;
};

/** Through PCMU, then heard 10 ms at a time. */
Heard hear(const std::vector<int16_t>& sound) {
  DtmfDetector detector(8000);
  Heard out;
  const auto note = [&](const Digits& digits) {
    for (size_t i = 0; i < digits.count; i++) {
      const Digit& each = digits.items[i];
      (each.ended ? out.ended : out.begun) += each.digit;
      if (each.ended) out.shortest = std::min(out.shortest, each.durationMs), out.longest = std::max(out.longest, each.durationMs);
    }
  };
  for (size_t at = 0; at + 80 <= sound.size(); at += 80) {
    int16_t block[80];
    for (size_t i = 0; i < 80; i++) block[i] = decodeMuLaw(encodeMuLaw(sound[at + i]));
    note(detector.hear(block, 80));
  }
  note(detector.stop());
  return out;
}

/** All 16 digits, beginning `shift` samples off the ticks. */
std::vector<int16_t> keys(const Key& key, size_t shift = 0) {
  std::vector<int16_t> sound(400 + shift);
  for (const char* each = kAll; *each; each++) add(sound, *each, key);
  sound.resize(sound.size() + 800);
  return sound;
}

void noise(std::vector<int16_t>& sound, double dbm0, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, kZeroDbm0 / std::sqrt(2) * std::pow(10, dbm0 / 20));
  for (int16_t& each : sound) each = int16_t(std::clamp(each + normal(random), -32768.0, 32767.0));
}

void expectAll(const Key& key) {
  for (const size_t shift : {0, 13, 37, 61}) {
    const Heard heard = hear(keys(key, shift));
    CHECK_EQ(heard.begun, kAll);
    CHECK_EQ(heard.ended, kAll);
    CHECK_WITHIN(heard.shortest, key.onMs - 10, key.onMs + 10);
    CHECK_WITHIN(heard.longest, key.onMs - 10, key.onMs + 10);
  }
}

void expectNone(const Key& key) {
  for (const size_t shift : {0, 13, 37, 61}) CHECK_EQ(hear(keys(key, shift)).begun, "");
}

}  // namespace

TEST("dtmf-detector/every digit of 40 ms with pauses of 40 ms, at every level, duration to 10 ms") {
  for (const double level : {-3.0, -9.0, -20.0, -30.0, -34.0}) expectAll({40, 40, level, level});
  expectAll({100, 50, -9, -7});
  expectAll({1000, 200, -9, -7});
}

TEST("dtmf-detector/twist of -8 to +4 dB is taken, of -11 and +7 dB is not") {
  expectAll({40, 40, -6, -14});
  expectAll({40, 40, -10, -6});
  expectNone({60, 60, -6, -17});
  expectNone({60, 60, -13, -6});
}

TEST("dtmf-detector/1.5 % and 2 Hz out of tune is taken, 3.5 % is not") {
  for (const double sign : {-1.0, 1.0}) {
    expectAll({40, 40, -9, -9, sign * 0.0179, sign * 0.0165});
    expectAll({40, 40, -9, -9, sign * 0.015, -sign * 0.015});
    expectNone({100, 60, -9, -9, sign * 0.035, 0});
    expectNone({100, 60, -9, -9, 0, sign * 0.035});
  }
}

TEST("dtmf-detector/noise 20 dB below the digits, also at both limits of twist and tuning") {
  for (uint32_t seed = 1; seed <= 8; seed++) {
    for (const Key& key : {Key{40, 40, -9, -9}, Key{40, 40, -6, -14, 0.015, -0.015}, Key{40, 40, -10, -6, -0.015, 0.015}}) {
      std::vector<int16_t> sound = keys(key, seed * 11);
      const double power = std::pow(10, key.lowDbm0 / 10) + std::pow(10, key.highDbm0 / 10);
      noise(sound, 10 * std::log10(power) - 20, seed);
      const Heard heard = hear(sound);
      CHECK_EQ(heard.begun, kAll);
      CHECK_EQ(heard.ended, kAll);
      CHECK_WITHIN(heard.shortest, 30u, 50u);
      CHECK_WITHIN(heard.longest, 30u, 50u);
    }
  }
}

TEST("dtmf-detector/too short, too quiet, one tone alone: none") {
  expectNone({23, 60});
  expectNone({100, 60, -40, -40});
  expectNone({100, 60, -9, -90});
  expectNone({100, 60, -90, -9});
}

TEST("dtmf-detector/a hole of 10 ms does not make two digits of one, a pause of 40 ms does") {
  std::vector<int16_t> sound(800);
  add(sound, '5', {60, 10});
  add(sound, '5', {60, 40});
  add(sound, '5', {60, 100});
  const Heard heard = hear(sound);
  CHECK_EQ(heard.begun, "55");
  CHECK_EQ(heard.ended, "55");
  CHECK_WITHIN(heard.longest, 120u, 140u);
}

TEST("dtmf-detector/one digit changes into another without a pause") {
  std::vector<int16_t> sound(800);
  add(sound, '1', {80, 0});
  add(sound, '9', {80, 100});
  CHECK_EQ(hear(sound).begun, "19");
  CHECK_EQ(hear(sound).ended, "19");
}

TEST("dtmf-detector/half an hour of speech, noise and music-like chords is no digit") {
  for (uint32_t seed = 1; seed <= 18; seed++) CHECK_EQ(hear(sim::speech(100, seed)).begun, "");
  std::vector<int16_t> hiss(8000 * 60);
  noise(hiss, -12, 5);
  CHECK_EQ(hear(hiss).begun, "");
  std::mt19937 random(9);
  std::vector<int16_t> chords;
  for (int n = 0; n < 600; n++) {
    double hz[3];
    for (double& each : hz) each = 110 * std::pow(2, double(random() % 48) / 12);
    for (int i = 0; i < 1600; i++) {
      double sum = 0;
      for (const double each : hz) sum += 4000 * std::sin(2 * M_PI * each * i / 8000);
      chords.push_back(int16_t(sum));
    }
  }
  CHECK_EQ(hear(chords).begun, "");
}

TEST("dtmf-detector/what we send in band is heard at every rate of a stream") {
  for (const uint32_t rate : {8000u, 16000u, 24000u, 32000u, 48000u}) {
    ToneGenerator sent(dtmfTone(kAll, 60, 50), rate);
    DtmfDetector detector(rate);
    std::string heard;
    std::vector<int16_t> block(rate / 100);
    const auto listen = [&] {
      const Digits digits = detector.hear(block.data(), block.size());
      for (size_t i = 0; i < digits.count; i++) {
        if (!digits.items[i].ended) heard += digits.items[i].digit;
        else CHECK_WITHIN(digits.items[i].durationMs, 50u, 70u);
      }
    };
    while (sent.generate(block.data(), block.size())) listen();
    for (int i = 0; i < 10; i++) sent.generate(block.data(), block.size()), listen();
    CHECK_EQ(heard, kAll);
  }
}
