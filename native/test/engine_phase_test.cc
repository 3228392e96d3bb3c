// The tick finds its place behind the packets, keeps it when the peer's clock drifts, and stays when there is no phase.
#include <vector>

#include "check.h"
#include "engine/phase_lock.h"

using namespace offhook;

namespace {

/** Runs ticks against a packet every `packetNs` with noise; returns how long the last packet waited, ns. */
int64_t run(PhaseLock& lock, int ticks, int64_t firstPacket, int64_t packetNs, int64_t noise, int64_t& moved) {
  int64_t tick = kSecondNs, packet = kSecondNs - 20 * kMillisecondNs + firstPacket, seen = packet, random = 1;
  moved = 0;
  for (int i = 0; i < ticks; i++) {
    while (packet <= tick) {
      random = (random * 1103515245 + 12345) & 0x7fffffff;
      seen = packet - (noise ? random % noise : 0);
      packet += packetNs;
    }
    const int64_t move = lock.correct(tick, seen);
    moved += move;
    tick += kTickNs + move;
  }
  return (tick - kTickNs - seen) % kTickNs;
}

}  // namespace

TEST("engine-phase/finds its place from wherever it began, within 5 s") {
  for (int64_t first = 0; first < kTickNs; first += 700'000) {
    PhaseLock lock;
    int64_t moved;
    const int64_t waits = run(lock, 500, first, 20 * kMillisecondNs, 400'000, moved);
    CHECK_WITHIN(waits, PhaseLock::kAheadNs - 600'000, PhaseLock::kAheadNs + 600'000);
  }
}

TEST("engine-phase/follows a peer whose clock is 200 ppm off") {
  PhaseLock lock;
  int64_t moved;
  const int64_t waits = run(lock, 6000, 3'000'000, 20 * kMillisecondNs + 4000, 0, moved);
  CHECK_WITHIN(waits, PhaseLock::kAheadNs - 300'000, PhaseLock::kAheadNs + 300'000);
}

TEST("engine-phase/packets without a common phase move nothing") {
  PhaseLock lock;
  int64_t moved;
  run(lock, 2000, 0, 20 * kMillisecondNs + 3'100'000, 0, moved);
  CHECK_EQ(moved, 0);
}

TEST("engine-phase/two engines that follow each other's packets come to rest, at most 300 ppm fast") {
  for (int64_t apart = 0; apart < kTickNs; apart += 1'300'000) {
    PhaseLock locks[2];
    int64_t packets[2] = {};
    std::vector<int64_t> ticks[2] = {{kSecondNs}, {kSecondNs + apart}};
    while (ticks[0].size() < 6000) {
      const int me = ticks[0].back() <= ticks[1].back() ? 0 : 1;
      const int64_t tick = ticks[me].back();
      const int64_t move = locks[me].correct(tick, packets[1 - me]);
      if (ticks[me].size() % 2 == 1) packets[me] = tick + 100'000;
      ticks[me].push_back(tick + kTickNs + move);
    }
    const auto tempo = [](const std::vector<int64_t>& of) { return 4900.0 * kTickNs / static_cast<double>(of[5900] - of[1000]); };
    CHECK_WITHIN(tempo(ticks[0]), 0.9999, 1.0004);
    CHECK_WITHIN(tempo(ticks[1]), 0.9999, 1.0004);
    for (size_t i = 1000; i < 5900; i++) CHECK_WITHIN(std::abs((ticks[0][i] - ticks[1][i]) - (ticks[0][1000] - ticks[1][1000])), 0, 300'000);
  }
}
