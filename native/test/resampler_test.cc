// The resampler: exact block sizes, flat pass band, quiet images and aliases.
#include "dsp/resampler.h"

#include "check.h"
#include "signal.h"

using namespace offhook;
using namespace signal_test;

static std::vector<int16_t> convert(const std::vector<int16_t>& in, uint32_t from, uint32_t to, bool& exact) {
  Resampler resampler(from, to);
  std::vector<int16_t> out(in.size() * to / from + 480), block(to / 100 + 1);
  size_t made = 0;
  exact = true;
  for (size_t at = 0; at + from / 100 <= in.size(); at += from / 100) {
    const size_t count = resampler.process(in.data() + at, from / 100, out.data() + made);
    exact = exact && count == to / 100;
    made += count;
  }
  out.resize(made);
  return out;
}

TEST("resampler/10 ms in gives 10 ms out, for every pair of rates the bridge has") {
  for (const uint32_t from : {8000u, 16000u, 32000u, 44100u, 48000u})
    for (const uint32_t to : {8000u, 12000u, 16000u, 24000u, 32000u, 48000u}) {
      if (from == to) continue;
      bool exact;
      convert(std::vector<int16_t>(from, 0), from, to, exact);
      CHECK(exact);
    }
}

TEST("resampler/speech band passes within 0.5 dB, what is left over lies 60 dB down") {
  for (const auto& [from, to] : {std::pair{8000u, 16000u}, {8000u, 48000u}, {16000u, 8000u}, {48000u, 8000u}, {44100u, 16000u}})
    for (const double hz : {300.0, 1000.0, 2000.0, 3300.0}) {
      bool exact;
      const auto out = convert(sine(hz, from, from, 12000), from, to, exact);
      const size_t skip = to / 10, count = to / 2;
      CHECK_WITHIN(db(amplitude(out.data() + skip, count, hz, to) / 12000), -0.5, 0.3);
      CHECK_WITHIN(db((residue(out.data() + skip, count, hz, to) + 0.01) / 12000), -140, -58);
    }
}

TEST("resampler/what the lower rate cannot hold is gone by 50 dB") {
  for (const double hz : {4700.0, 5500.0, 7000.0}) {
    bool exact;
    const auto out = convert(sine(hz, 16000, 16000, 12000), 16000, 8000, exact);
    double power = 0;
    for (size_t i = 800; i < 4800; i++) power += static_cast<double>(out[i]) * out[i];
    CHECK_WITHIN(db(std::sqrt(power / 4000 * 2) / 12000), -140, -50);
  }
}
