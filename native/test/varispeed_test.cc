// The clock that is followed and the sound that follows it, each by itself.
#include "check.h"
#include "dsp/clock_follower.h"
#include "dsp/varispeed.h"
#include "signal.h"

using namespace offhook;
using namespace signal_test;

namespace {

/** Block after block. */
std::vector<int16_t> play(Varispeed& speed, const std::vector<int16_t>& in, size_t block, double faster) {
  std::vector<int16_t> out;
  for (size_t at = 0; at + block <= in.size(); at += block) {
    int16_t made[1000];
    speed.put(in.data() + at, block);
    const size_t count = speed.get(made, std::size(made), faster);
    out.insert(out.end(), made, made + count);
  }
  return out;
}

}  // namespace

TEST("varispeed/at the ratio 1 every sample comes out as it was, 8 later") {
  Varispeed speed(80);
  const auto in = sine(1013, 8000, 8000, 12000);
  const auto out = play(speed, in, 80, 0);
  REQUIRE(out.size() == in.size());
  for (size_t i = 8; i < out.size(); i++) CHECK_EQ(out[i], in[i - 8]);
}

TEST("varispeed/a tone stays one at any ratio and rate, up to where telephones end") {
  for (const uint32_t rate : {8000u, 16000u, 48000u})
    for (const double faster : {-0.01, -0.0002, 0.0001, 0.0049})
      for (const double hz : {300.0, 1013.0, 3000.0}) {
        Varispeed speed(rate / 100);
        const auto out = play(speed, sine(hz, rate, rate, 12000), rate / 100, faster);
        CHECK_WITHIN(static_cast<double>(out.size()), rate / (1 + faster) - 20, rate / (1 + faster) + 20);
        const double made = hz * (1 + faster);
        CHECK_WITHIN(db(amplitude(out.data() + 100, rate / 2, made, rate) / 12000), -0.2, 0.2);
        CHECK_WITHIN(errorDb(out.data() + 100, rate / 2, made, rate, 12000), -140, -44);
      }
}

TEST("varispeed/what it says it wants is what it needs") {
  Varispeed speed(100);
  const auto in = sine(500, 8000, 80000, 10000);
  size_t at = 0;
  for (int i = 0; i < 500; i++) {
    const double faster = 0.01 * std::sin(i * 0.1);
    const size_t wanted = speed.wants(80, faster);
    int16_t out[80];
    speed.put(in.data() + at, wanted);
    at += wanted;
    CHECK_EQ(speed.get(out, 80, faster), 80u);
  }
}

TEST("clock-follower/a clock that is off is learned within two minutes, and the store comes back to its target") {
  for (const double ppm : {-1000.0, -200.0, 50.0, 200.0}) {
    ClockFollower clock(ClockFollower::Level::Least, 8000, 160, 20);
    double stored = 160, before = 0;
    for (int tick = 0; tick < 60000; tick++) {
      clock.note(stored);
      CHECK_WITHIN(clock.faster() - before, -51e-6, 51e-6);
      before = clock.faster();
      stored += 80 * (1 + ppm * 1e-6) - 80 * (1 + clock.faster());
      CHECK_WITHIN(stored, 160 - 60, 160 + 60);
      if (tick > 12000) CHECK_WITHIN(clock.faster() * 1e6, ppm - 30, ppm + 30);
    }
    CHECK_WITHIN(stored, 160 - 25, 160 + 25);
  }
}

TEST("clock-follower/lateness moves nothing, however much of it") {
  ClockFollower reads(ClockFollower::Level::Least, 8000, 160, 20), writes(ClockFollower::Level::Most, 8000, 160, 20);
  uint32_t random = 1;
  for (int tick = 0; tick < 6000; tick++) {
    random = random * 1103515245 + 12345;
    const double late = random >> 30 ? 0 : random >> 24;  // a quarter of all
    reads.note(160 + late);
    writes.note(160 - late);
    CHECK_EQ(reads.faster(), 0.0);
    CHECK_EQ(writes.faster(), 0.0);
  }
}
