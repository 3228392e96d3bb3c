// The thread that runs the bridge every 10 ms, paced by an audio device when one can, else by the monotonic clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/phase_lock.h"
#include "engine/plan.h"
#include "engine/tick_times.h"
#include "rt/thread.h"
#include "rt/wake.h"

namespace offhook {

/** Read from any thread. */
struct TickCounters {
  std::atomic<uint64_t> ticks{0};
  std::atomic<uint64_t> lateTicks{0};     // begun 5 ms or more after their time
  std::atomic<uint64_t> skippedTicks{0};  // given up after a hold-up longer than four ticks
  std::atomic<uint64_t> longestTickNs{0};
  std::atomic<bool> pacedByDevice{false};
};

class TickThread {
 public:
  /** `retired` is called on the tick thread when plans wait to be reclaimed: it must only wake the control thread. */
  explicit TickThread(std::function<void()> retired) : retiredCall_(std::move(retired)) {}
  ~TickThread() { stop(); }

  /** `priority` of SCHED_FIFO; 0 for ordinary scheduling. `packetsFd`: see NetworkThread::fd. */
  void start(int priority, int packetsFd);
  void stop();
  bool realtime() const { return thread_.realtime(); }

  // ---- control thread ---------------------------------------------------------------------------------------------
  /** Puts a plan into force before the next tick; the actions of one not yet in force are kept, in order. */
  void hand(std::unique_ptr<Plan> plan);
  /** Destroys plans no longer in force. */
  void reclaim();

  TickCounters counters;
  /** Monotonic time of the latest packet, ns; written by the network thread. */
  std::atomic<int64_t> lastPacketNs{0};

 private:
  void run();
  void adopt();
  bool waitForTick();
  bool waitForClock();
  Pacer* pacer() const;
  void letPacketsIn() const;

  const std::function<void()> retiredCall_;
  std::atomic<Plan*> incoming_{nullptr}, retired_{nullptr};
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Plan> plan_;
  TickTimes times_;
  const Pacer* pacedBy_ = nullptr;  // at the last tick; only compared
  PhaseLock phase_;
  int packetsFd_ = -1;
  Wake wake_;
  Thread thread_;
};

}  // namespace offhook
