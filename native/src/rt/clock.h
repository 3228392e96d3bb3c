// Monotonic time in nanoseconds: the only clock the engine knows.
#pragma once

#include <cstdint>
#include <ctime>

namespace offhook {

constexpr int64_t kMillisecondNs = 1'000'000;
constexpr int64_t kSecondNs = 1'000'000'000;
/** The engine's heartbeat. */
constexpr int64_t kTickNs = 10 * kMillisecondNs;
constexpr int64_t kTicksPerSecond = kSecondNs / kTickNs;

inline int64_t monotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

}  // namespace offhook
