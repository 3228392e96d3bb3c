// Tones: frequency, level, cadence, no clicks; DTMF keys.
#include "dsp/tone.h"

#include <algorithm>
#include <cstdlib>

#include "check.h"
#include "signal.h"

using namespace offhook;
using signal_test::amplitude;
using signal_test::db;

TEST("tone/each frequency has the level asked for, in dBm0") {
  ToneGenerator generator(Tone{{{{350, 440}, 0, -13}}, 0}, 8000);
  std::vector<int16_t> out(8000);
  CHECK(generator.generate(out.data(), out.size()));
  for (const double hz : {350.0, 440.0}) {
    const double level = db(amplitude(out.data() + 800, 7200, hz, 8000) / kZeroDbm0);
    CHECK_WITHIN(level, -13.05, -12.95);
  }
  CHECK_WITHIN(db(kZeroDbm0 / 32767), -3.141, -3.139);
  CHECK_WITHIN(amplitude(out.data() + 800, 7200, 400, 8000), 0, 2);
}

TEST("tone/cadence: on and off to the sample, repeated, then the end") {
  ToneGenerator generator(Tone{{{{425}, 100, -10}, {{}, 50, 0}}, 2}, 8000);
  std::vector<int16_t> out(2560, 7);
  bool more = true;
  for (size_t at = 0; at < out.size(); at += 80) more = generator.generate(out.data() + at, 80);
  CHECK(!more);
  const auto silent = [&](size_t from, size_t to) { return std::all_of(out.begin() + from, out.begin() + to, [](int16_t s) { return s == 0; }); };
  CHECK(!silent(100, 700));
  CHECK(silent(800, 1200));
  CHECK(!silent(1300, 1900));
  CHECK(silent(2000, 2560));
}

TEST("tone/ends are ramped: no step louder than the sine's own slope") {
  ToneGenerator generator(Tone{{{{425}, 50, 0}, {{}, 20, 0}}, 1}, 8000);
  std::vector<int16_t> out(640);
  generator.generate(out.data(), out.size());
  const double steepest = kZeroDbm0 * 2 * M_PI * 425 / 8000;
  int worst = std::abs(out[0]);
  for (size_t i = 1; i < out.size(); i++) worst = std::max(worst, std::abs(out[i] - out[i - 1]));
  CHECK(worst <= steepest * 1.02);
  CHECK(std::abs(out[399]) < kZeroDbm0 * 0.05);
}

TEST("tone/a frequency that goes on into the next step keeps phase and level") {
  ToneGenerator one(Tone{{{{440}, 100, -6}, {{440}, 100, -6}}, 0}, 8000), whole(Tone{{{{440}, 0, -6}}, 0}, 8000);
  std::vector<int16_t> a(4000), b(4000);
  one.generate(a.data(), a.size());
  whole.generate(b.data(), b.size());
  CHECK(a == b);
}

TEST("tone/DTMF frequencies of ITU-T Q.23") {
  double low = 0, high = 0;
  CHECK(dtmfFrequencies('5', low, high) && low == 770 && high == 1336);
  CHECK(dtmfFrequencies('*', low, high) && low == 941 && high == 1209);
  CHECK(dtmfFrequencies('D', low, high) && low == 941 && high == 1633);
  CHECK(!dtmfFrequencies('E', low, high) && !dtmfFrequencies('\0', low, high));
}
