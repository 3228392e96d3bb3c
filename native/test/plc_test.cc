// Concealment and time-stretching of sounds whose right continuation is known.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "check.h"
#include "dsp/pitch.h"
#include "dsp/plc.h"
#include "dsp/time_stretch.h"

using namespace offhook;

namespace {
constexpr double kPi = 3.14159265358979323846;

/** A voice: harmonics of `pitch` Hz. */
std::vector<int16_t> voice(double pitch, size_t count, double rate = 8000) {
  std::vector<int16_t> out(count);
  for (size_t i = 0; i < count; i++) {
    double value = 0;
    for (int k = 1; k <= 5; k++) value += std::cos(2 * kPi * pitch * k * double(i) / rate + k) / k;
    out[i] = int16_t(4000 * value);
  }
  return out;
}

double error(const int16_t* a, const int16_t* b, size_t count) {
  double wrong = 0, power = 0;
  for (size_t i = 0; i < count; i++) wrong += (double(a[i]) - b[i]) * (double(a[i]) - b[i]), power += double(b[i]) * b[i];
  return wrong / power;
}

/** The greatest step from one sample to the next. */
int steepest(const std::vector<int16_t>& in, size_t from, size_t to) {
  int most = 0;
  for (size_t i = from + 1; i < to; i++) most = std::max(most, std::abs(in[i] - in[i - 1]));
  return most;
}
}  // namespace

TEST("plc/the pitch is found") {
  for (double pitch : {90.0, 125.0, 200.0, 333.0}) {
    const auto sound = voice(pitch, 800);
    const Pitch found = findPitch(sound.data() + 800, 160, 20, 100);
    CHECK(found.strength > 0.98f);
    // A multiple of the period is as good.
    const double periods = double(found.period) * pitch / 8000;
    CHECK_WITHIN(std::abs(periods - std::round(periods)) * 8000 / pitch, 0, 1.01);
  }
}

TEST("plc/a steady voice goes on through 10 ms unchanged, then fades; nothing clicks; 60 ms on it is silent") {
  for (uint32_t rate : {8000u, 16000u}) {
    const size_t ms = rate / 1000, start = 100 * ms;
    for (double pitch : {100.0, 160.0, 250.0}) {
      const auto truth = voice(pitch, 300 * ms, rate);
      for (size_t hole : {10u, 20u, 40u, 100u}) {
        Concealer concealer(rate);
        std::vector<int16_t> heard = truth;
        for (size_t done = 0; done < hole; done += 5) {
          concealer.generate(&heard[start + done * ms], &heard[start + done * ms], 5 * ms);
        }
        CHECK_EQ(concealer.madeFor(), hole * ms);
        CHECK(error(&heard[start], &truth[start], 10 * ms) < 0.02);
        const float before = level(&heard[start - 10 * ms], 10 * ms), last = level(&heard[start + (hole - 10) * ms], 10 * ms);
        if (hole == 20) CHECK_WITHIN(last / before, 0.8, 1.0);
        if (hole == 40) CHECK_WITHIN(last / before, 0.3, 0.7);
        if (hole == 100) CHECK_EQ(last, 0);
        CHECK_EQ(concealer.isSilent(), hole == 100);
        concealer.recover(&heard[start + hole * ms], 20 * ms);
        CHECK_EQ(concealer.madeFor(), 0u);
        CHECK(error(&heard[start + (hole + 10) * ms], &truth[start + (hole + 10) * ms], 50 * ms) == 0);
        CHECK(steepest(heard, start - 1, start + (hole + 20) * ms) <= steepest(truth, 0, truth.size()) * 13 / 10);
      }
    }
  }
}

namespace {
/** A voice whose pitch grows evenly from `from` to `to` Hz. */
std::vector<int16_t> gliding(double from, double to, size_t count, double rate = 8000) {
  std::vector<int16_t> out(count);
  double phase = 0;
  for (size_t i = 0; i < count; i++) {
    double value = 0;
    for (int k = 1; k <= 5; k++) value += std::cos(2 * kPi * phase * k + k) / k;
    out[i] = int16_t(4000 * value);
    phase += (from + (to - from) * double(i) / double(count)) / rate;
  }
  return out;
}
}  // namespace

TEST("plc/a gliding voice goes on gliding") {
  for (double to : {120.0, 190.0}) {
    const auto truth = gliding(150, to, 2000);
    Concealer concealer(8000);
    std::vector<int16_t> heard = truth;
    concealer.generate(&heard[1000], &heard[1000], 80);
    CHECK_WITHIN(error(&heard[1000], &truth[1000], 80), 0, 0.05);
  }
}

TEST("plc/a hole whose end is known is filled from both sides, also when it has begun to be filled before") {
  for (double to : {100.0, 150.0, 220.0}) {
    const auto truth = gliding(150, to, 2000);
    for (size_t hole : {160u, 320u}) {
      for (size_t before : {0u, 80u}) {
        Concealer concealer(8000);
        std::vector<int16_t> heard = truth;
        if (before > 0) concealer.generate(&heard[1000], &heard[1000], before);
        CHECK(concealer.bridge(&heard[1000 + hole], hole - before, 160));
        CHECK_WITHIN(error(&heard[1000], &truth[1000], hole), 0, hole == 160 ? 0.08 : 0.2);
        CHECK(!concealer.isActive());
        CHECK(steepest(heard, 999, 1000 + hole + 1) <= steepest(truth, 0, truth.size()) * 13 / 10);
      }
    }
  }
}

TEST("plc/what has no pitch goes on softer than it was, what has one as loud") {
  std::vector<int16_t> noise(1000);
  uint32_t state = 1;
  for (int16_t& each : noise) each = int16_t(int((state = state * 1664525 + 1013904223) >> 18) - 8192);
  for (const bool voiced : {false, true}) {
    auto heard = voiced ? voice(130, 1000) : noise;
    const float before = level(&heard[500], 160);
    Concealer concealer(8000);
    concealer.generate(&heard[660], &heard[660], 80);
    CHECK_WITHIN(level(&heard[680], 60) / before, voiced ? 0.85 : 0.3, voiced ? 1.15 : 0.75);
  }
}

TEST("plc/a word that ends goes on ending, one that begins was softer before, and what became louder grows no further") {
  // Between silence and full in 40 ms, of which the 20 ms on the silent side are lost.
  const auto ramp = [](bool ends) {
    auto sound = voice(130, 2000);
    for (size_t i = 0; i < sound.size(); i++) {
      const double into = (double(i) - 840) / 320;
      sound[i] = int16_t(sound[i] * std::clamp(ends ? 1 - into : into, 0.0, 1.0));
    }
    return sound;
  };
  for (const bool ends : {true, false}) {
    auto heard = ramp(ends);
    int16_t* const hole = &heard[ends ? 1000 : 840];
    const float was = level(hole, 160);
    Concealer concealer(8000);
    CHECK(concealer.bridge(hole + 160, 160, 240));
    CHECK_WITHIN(level(hole, 160) / was, 0.7, 1.3);
  }
  auto heard = ramp(false);
  Concealer concealer(8000);
  concealer.generate(&heard[1000], &heard[1000], 62);
  CHECK_WITHIN(level(&heard[1000], 62) / level(&heard[938], 62), 0.7, 1.1);
}

TEST("plc/too much, or too little known, is not bridged; silence and the loudest square wave are") {
  Concealer concealer(8000);
  std::vector<int16_t> sound(2000, 0);
  CHECK(!concealer.bridge(&sound[1500], 490, 160));
  CHECK(!concealer.bridge(&sound[1500], 160, 80));
  CHECK(concealer.bridge(&sound[1500], 160, 160));
  for (int16_t each : sound) CHECK_EQ(each, 0);
  for (size_t i = 0; i < sound.size(); i++) sound[i] = i / 20 % 2 ? 32767 : -32768;
  CHECK(concealer.bridge(&sound[1500], 480, 160));
  for (size_t i = 1020; i < 1500; i++) CHECK_WITHIN(int(sound[i]), -32768, 32767);
}

TEST("plc/silence stays silence and the loudest square wave does not overflow") {
  Concealer concealer(8000);
  std::vector<int16_t> quiet(1000, 0);
  concealer.generate(&quiet[500], &quiet[500], 200);
  concealer.recover(&quiet[700], 80);
  for (int16_t each : quiet) CHECK_EQ(each, 0);
  std::vector<int16_t> loud(1000);
  for (size_t i = 0; i < loud.size(); i++) loud[i] = i / 20 % 2 ? 32767 : -32768;
  concealer.generate(&loud[510], &loud[510], 80);
  for (size_t i = 510; i < 590; i++) CHECK_WITHIN(std::abs(int(loud[i])), 32000, 32768);
}

TEST("stretch/a voice is lengthened and shortened by whole periods without a seam") {
  const TimeStretch stretch(8000);
  for (double pitch : {100.0, 160.0, 250.0}) {
    const auto truth = voice(pitch, 1200);
    const double period = 8000 / pitch;
    std::vector<int16_t> sound = truth;
    const size_t removed = stretch.shorten(&sound[400], 400, 1000, 0.9f);
    CHECK(removed > 0);
    CHECK_WITHIN(std::abs(double(removed) / period - std::round(double(removed) / period)), 0, 0.03);
    CHECK(error(&sound[400], &truth[400], 300) < 0.02);
    CHECK_EQ(stretch.shorten(&sound[400], 160, 15, 0.9f), 0u);  // No period is so short.

    sound = truth;
    const size_t added = stretch.lengthen(&sound[400], 400, 0.9f);
    CHECK(added > 0);
    CHECK(error(&sound[400], &truth[400], 400 + added) < 0.02);
  }
}

TEST("stretch/noise is left alone, near silence gives way at once") {
  const TimeStretch stretch(8000);
  std::vector<int16_t> noise(1000);
  uint32_t state = 1;
  for (int16_t& each : noise) each = int16_t(int((state = state * 1664525 + 1013904223) >> 18) - 8192);
  CHECK_EQ(stretch.shorten(&noise[300], 320, 1000, 0.75f), 0u);
  CHECK_EQ(stretch.lengthen(&noise[300], 320, 0.75f), 0u);
  for (int16_t& each : noise) each = int16_t(each % 20);
  CHECK_EQ(stretch.shorten(&noise[300], 320, 55, 0.75f), 55u);
  CHECK_EQ(stretch.lengthen(&noise[300], 320, 0.75f), 100u);
}
