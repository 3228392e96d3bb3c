// What audio devices count.
#pragma once

#include <atomic>
#include <cstdint>

namespace offhook {

/** Of all devices together, since the engine began. */
struct DeviceCounters {
  std::atomic<uint64_t> xruns{0}, slips{0};
};

}  // namespace offhook
