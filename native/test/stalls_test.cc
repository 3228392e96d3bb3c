// A host that stands still for some milliseconds now and then, in virtual time: speech comes through as it was said. Sender,
// receiver or both stand still; ticks that could not begin are made up for; packets that came meanwhile are seen afterwards.
#include <algorithm>
#include <string>

#include "check.h"
#include "engine/tick_times.h"
#include "voice_sim.h"

using namespace offhook;

namespace {

constexpr double kSeconds = 60;
constexpr size_t kPiece = 40;  // samples, 5 ms

struct Pause {
  double fromMs, toMs;
};

/** About four a second, each of 8 to `mostMs`. */
std::vector<Pause> pauses(uint32_t seed, double mostMs) {
  std::mt19937 random(seed);
  const auto unit = [&] { return random() / 4294967296.0; };
  std::vector<Pause> all;
  for (double at = 200; at < kSeconds * 1000;) {
    at -= std::log(1 - unit()) * 250;
    const double length = 8 + (mostMs - 8) * unit();
    all.push_back({at, at + length});
    at += length;
  }
  return all;
}

/** When something that shall happen at `atMs` does. */
double after(const std::vector<Pause>& pauses, double atMs) {
  const auto next = std::upper_bound(pauses.begin(), pauses.end(), atMs, [](double at, const Pause& each) { return at < each.toMs; });
  return next != pauses.end() && atMs >= next->fromMs ? next->toMs : atMs;
}

/** Who stands still. */
struct Host {
  bool sends = false, hears = false;
  /** The receiver's ticks are those of a sound device. */
  bool device = false;
  double phaseMs = 2;
  uint32_t seed = 1;
  double mostMs = 20;
  /** Waited for at least. */
  double leastMs = 20;
};

struct Outcome {
  sim::Heard heard;
  /** What is not as it was said, %; from said to heard without the phase of the tick, mean, ms. */
  double bent = 0, shiftMs = 0;
};

void compare(const std::vector<int16_t>& said, Outcome& outcome) {
  const std::vector<int16_t>& heard = outcome.heard.samples;
  size_t shift = 0, bent = 0, all = 0;
  double shifts = 0;
  for (size_t at = 300 * 8; at + kPiece < std::min(said.size(), heard.size()); at += kPiece, all++) {
    const auto fits = [&](size_t by) { return by <= at && std::equal(&heard[at], &heard[at + kPiece], &said[at - by]); };
    if (!fits(shift)) {
      size_t by = 0;
      while (by < 150 * 8 && !fits(by)) by++;
      if (by < 150 * 8) shift = by;
      else bent++;
    }
    shifts += double(shift) / 8;
  }
  outcome.bent = 100 * double(bent) / double(all);
  outcome.shiftMs = shifts / double(all);
}

/** `known`: the jitter buffer is told when its ticks were due, not when they ran. */
Outcome talk(const Host& host, bool known = true) {
  const std::vector<Pause> still = pauses(host.seed, host.mostMs);
  std::mt19937 random(host.seed);
  // Who is woken takes a moment to be there.
  const auto woken = [&](double atMs, bool stands) { return (stands ? after(still, atMs) : atMs) + 0.3 * random() / 4294967296.0; };
  const auto codec = makePcmu();
  std::vector<int16_t> said = sim::speech(kSeconds);
  const auto packets = sim::encode(*codec, said, 160);
  for (int16_t& sample : said) sample = decodeMuLaw(encodeMuLaw(sample));

  std::vector<sim::Arrival> arrivals;
  for (size_t n = 0; n < packets.size(); n++) {
    const double sentMs = woken(double(n) * 20, host.sends), heldUpMs = after(still, sentMs);
    // A tick that is late lets in what has come.
    arrivals.push_back({host.hears && heldUpMs > sentMs ? heldUpMs : woken(sentMs, false), n});
  }

  std::vector<sim::Tick> ticks;
  TickTimes times;
  times.aim(int64_t(host.phaseMs * 1e6));
  double blockMs = host.phaseMs, freeMs = 0;
  for (; blockMs < kSeconds * 1000 + sim::kAfterMs; blockMs += 10) {
    const double runsMs = std::max(freeMs, woken(blockMs, host.hears));
    freeMs = runsMs + 0.05;
    if (host.device) times.byDevice(int64_t(runsMs * 1e6));
    else CHECK_EQ(times.byClock(int64_t(runsMs * 1e6)), 0);
    ticks.push_back({known ? double(times.dueNs()) / 1e6 : runsMs, runsMs});
  }
  Outcome outcome;
  outcome.heard = sim::play(*codec, packets, 160, arrivals, {host.leastMs, 200}, ticks);
  compare(said, outcome);
  return outcome;
}

const Host kBoth{true, true}, kReceiver{false, true}, kSender{true, false};

}  // namespace

TEST("stalls/no pause shorter than the least delay is heard, nor does it add to the delay") {
  for (Host host : {kBoth, kReceiver, kSender})
    for (bool device : {false, true})
      for (double phaseMs : {1.6, 4.3, 7.7}) {
        host.device = device, host.phaseMs = phaseMs, host.seed++;
        const Outcome outcome = talk(host);
        CHECK_EQ(outcome.bent, 0);
        CHECK_EQ(outcome.heard.concealedMs, 0);
        CHECK_EQ(outcome.heard.late, 0u);
        CHECK_WITHIN(outcome.shiftMs, 20, 20.5);
      }
}

TEST("stalls/longer ones are waited for, by those who stand still longer than they wait anyway") {
  for (Host host : {kBoth, kReceiver, kSender}) {
    host.mostMs = 35;
    const Outcome outcome = talk(host);
    CHECK_WITHIN(outcome.bent, 0, 0.3);
    CHECK_WITHIN(outcome.heard.concealedMs, 0, 60);
    CHECK_WITHIN(outcome.shiftMs, 20, 45);
  }
}

TEST("stalls/what a receiver that stands still has not looked at is not late, and not waited for") {
  Host host = kReceiver;
  for (host.leastMs = 0; host.seed < 5; host.seed++) {
    const Outcome outcome = talk(host);
    CHECK_WITHIN(outcome.bent, 0, 0.1);
    CHECK_EQ(outcome.heard.concealedMs, 0);
    CHECK_WITHIN(outcome.shiftMs, 0, 12);
  }
}

TEST("stalls/by the times at which held-up ticks run the same is stretched and shortened all the time") {
  for (const Host& host : {kBoth, kReceiver}) CHECK_WITHIN(talk(host, false).bent, 1, 100);
}

TEST("stalls/ticks that move to and fro behind the packets by some milliseconds stretch nothing") {
  const auto codec = makePcmu();
  std::vector<int16_t> said = sim::speech(kSeconds);
  const auto packets = sim::encode(*codec, said, 160);
  for (int16_t& sample : said) sample = decodeMuLaw(encodeMuLaw(sample));
  std::vector<sim::Tick> ticks = sim::ticks(kSeconds * 1000 + sim::kAfterMs, 1.6);
  for (size_t i = 0; i < ticks.size(); i++) ticks[i].runsMs = ticks[i].dueMs += 3 * std::sin(double(i) / 200);
  Outcome outcome;
  outcome.heard = sim::play(*codec, packets, 160, sim::arrivals(packets.size(), {}), {20, 200}, ticks);
  compare(said, outcome);
  CHECK_EQ(outcome.bent, 0);
  CHECK_WITHIN(outcome.shiftMs, 20, 20.5);
}

TEST("stalls/ticks of the clock are made up for, each due ten milliseconds after the one before, unless they are too many") {
  TickTimes times;
  times.aim(0);
  for (const int64_t tick : {0, 1, 2, 3, 4}) {
    CHECK_EQ(times.byClock(4 * kTickNs), 0);
    CHECK_EQ(times.dueNs(), tick * kTickNs);
  }
  CHECK_EQ(times.byClock(9 * kTickNs + 1), 4);
  CHECK_EQ(times.dueNs(), 9 * kTickNs);
  CHECK_EQ(times.nextNs(), 10 * kTickNs);
}

TEST("stalls/a device's blocks were due when the thread would have seen them; its own clock is followed, and what it lost is not made up for") {
  for (const int64_t blockNs : {kTickNs - 5000, kTickNs + 5000}) {
    TickTimes times;
    int64_t at = kSecondNs;
    for (int i = 0; i < 1000; i++, at += blockNs) {
      const int64_t lateNs = i % 20 == 10 ? 18 * kMillisecondNs : i % 20 == 11 ? 8 * kMillisecondNs : 0;
      times.byDevice(at + lateNs);
      CHECK_WITHIN(times.dueNs(), at, at + 300'000);
    }
    at += 25 * kMillisecondNs;
    times.aim(at - 15 * kMillisecondNs);
    times.byDevice(at);
    CHECK_EQ(times.dueNs(), at);
    at += 2 * kSecondNs;
    times.byDevice(at);
    CHECK_EQ(times.dueNs(), at);
  }
}
