// The tick finds its place behind the packets, keeps it when the peer's clock drifts, and stays when there is no phase.
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
