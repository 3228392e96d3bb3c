// What audio devices count.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace offhook {

/** Of all devices together, since the engine began. */
struct DeviceCounters {
  std::atomic<uint64_t> xruns{0};
  /** Samples by which sound was made longer or shorter, to follow clocks. */
  std::atomic<uint64_t> slips{0};

  /** Of `from` samples `to` were made. */
  void noteSlip(size_t from, size_t to) {
    if (from != to) slips.fetch_add(from > to ? from - to : to - from, std::memory_order_relaxed);
  }
};

}  // namespace offhook
