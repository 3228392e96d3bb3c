// Pacing and the hand-over of plans.
#include "engine/tick_thread.h"

#include <poll.h>

#include <algorithm>
#include <ctime>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int64_t kLateNs = 5 * kMillisecondNs;
// How long past its time a block of the pacing device is waited for.
constexpr int64_t kDevicePatienceNs = 10 * kMillisecondNs;
// What a tick that is late anyway waits for packets.
constexpr int kLooks = 10;
constexpr timespec kBetweenLooks{0, 100'000};

void count(std::atomic<uint64_t>& counter, uint64_t by = 1) { counter.fetch_add(by, std::memory_order_relaxed); }
}  // namespace

void TickThread::start(int priority, int packetsFd) {
  packetsFd_ = packetsFd;
  plan_ = std::make_unique<Plan>();
  thread_.start("offhook-tick", priority, [this] { run(); });
}

void TickThread::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
  thread_.join();
  delete incoming_.exchange(nullptr);
  plan_.reset();
  reclaim();
}

void TickThread::hand(std::unique_ptr<Plan> plan) {
  const std::unique_ptr<Plan> overtaken(incoming_.exchange(nullptr, std::memory_order_acq_rel));
  if (overtaken) {
    std::swap(plan->actions, overtaken->actions);
    std::move(overtaken->actions.begin(), overtaken->actions.end(), std::back_inserter(plan->actions));
  }
  incoming_.store(plan.release(), std::memory_order_release);
  wake_.notify();
}

void TickThread::reclaim() {
  for (Plan* plan = retired_.exchange(nullptr, std::memory_order_acquire); plan;) {
    const std::unique_ptr<Plan> done(plan);
    plan = done->next;
  }
}

void TickThread::adopt() {
  Plan* fresh = incoming_.exchange(nullptr, std::memory_order_acq_rel);
  if (!fresh) return;
  Plan* old = plan_.release();
  plan_.reset(fresh);
  plan_->act(monotonicNs());
  old->next = retired_.load(std::memory_order_relaxed);
  while (!retired_.compare_exchange_weak(old->next, old, std::memory_order_release, std::memory_order_relaxed)) {
  }
  retiredCall_();
}

Pacer* TickThread::pacer() const {
  for (Pacer* each : plan_->pacers)
    if (each->paces()) return each;
  return nullptr;
}

bool TickThread::waitForClock() {
  int64_t now = monotonicNs();
  if (now < times_.nextNs()) {
    wake_.wait(times_.nextNs());
    now = monotonicNs();
    if (now < times_.nextNs()) return false;  // woken for a plan
  }
  if (now - times_.nextNs() >= kLateNs) count(counters.lateTicks);
  count(counters.skippedTicks, static_cast<uint64_t>(times_.byClock(now)));
  times_.move(phase_.correct(times_.dueNs(), lastPacketNs.load(std::memory_order_relaxed)));
  return true;
}

void TickThread::letPacketsIn() const {
  for (int i = 0; i < kLooks; i++) {
    pollfd packets{packetsFd_, POLLIN, 0};
    if (poll(&packets, 1, 0) <= 0) return;
    nanosleep(&kBetweenLooks, nullptr);
  }
}

bool TickThread::waitForTick() {
  if (plan_->idle()) {
    wake_.wait(-1);
    times_.aim(monotonicNs());
    return false;
  }
  Pacer* device = pacer();
  // Its first block begins now; what the clock's ticks were late by is not its lateness.
  if (device && device != pacedBy_) times_.aim(monotonicNs() + kTickNs);
  pacedBy_ = device;
  counters.pacedByDevice.store(device != nullptr, std::memory_order_relaxed);
  if (!device) return waitForClock();
  switch (device->waitForBlock(wake_.fd(), times_.nextNs() + kDevicePatienceNs)) {
    case Pacer::Waited::Woken:
      wake_.clear();
      return false;
    case Pacer::Waited::TimedOut:  // the device stalls: the others go on by the clock
      count(counters.lateTicks);
      times_.byClock(times_.nextNs());
      return true;
    case Pacer::Waited::Block:
      times_.byDevice(monotonicNs());
      return true;
  }
  return false;
}

void TickThread::run() {
  times_.aim(monotonicNs());
  while (!stopping_.load(std::memory_order_acquire)) {
    adopt();
    if (!waitForTick()) continue;
    // Held up as well, and of less priority, was the thread that receives: what has come meanwhile is in time for this tick.
    if (monotonicNs() - times_.dueNs() >= kLateNs) letPacketsIn();
    const int64_t began = monotonicNs();
    plan_->run(times_.dueNs(), began);
    count(counters.ticks);
    const auto took = static_cast<uint64_t>(monotonicNs() - began);
    if (took > counters.longestTickNs.load(std::memory_order_relaxed))
      counters.longestTickNs.store(took, std::memory_order_relaxed);
  }
}

}  // namespace offhook
