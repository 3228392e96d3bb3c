// Pacing and the hand-over of plans.
#include "engine/tick_thread.h"

#include <algorithm>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int64_t kLateNs = 5 * kMillisecondNs;
constexpr int64_t kCatchUpNs = 3 * kTickNs;
// How long past its time a block of the pacing device is waited for.
constexpr int64_t kDevicePatienceNs = 10 * kMillisecondNs;

void count(std::atomic<uint64_t>& counter, uint64_t by = 1) { counter.fetch_add(by, std::memory_order_relaxed); }
}  // namespace

void TickThread::start(int priority) {
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
  const int64_t now = monotonicNs();
  if (now < dueNs_) {
    wake_.wait(dueNs_);
    if (monotonicNs() < dueNs_) return false;  // woken for a plan
  } else if (now - dueNs_ >= kLateNs) {
    count(counters.lateTicks);
    if (now - dueNs_ > kCatchUpNs) {
      const int64_t skipped = (now - dueNs_) / kTickNs;
      count(counters.skippedTicks, static_cast<uint64_t>(skipped));
      dueNs_ += skipped * kTickNs;
    }
  }
  dueNs_ += kTickNs + phase_.correct(dueNs_, lastPacketNs.load(std::memory_order_relaxed));
  return true;
}

bool TickThread::waitForTick() {
  if (plan_->idle()) {
    wake_.wait(-1);
    dueNs_ = monotonicNs();
    return false;
  }
  Pacer* device = pacer();
  // Its first block begins now; what the clock's ticks were late by is not its lateness.
  if (device && device != pacedBy_) dueNs_ = monotonicNs() + kTickNs;
  pacedBy_ = device;
  counters.pacedByDevice.store(device != nullptr, std::memory_order_relaxed);
  if (!device) return waitForClock();
  switch (device->waitForBlock(wake_.fd(), dueNs_ + kDevicePatienceNs)) {
    case Pacer::Waited::Woken:
      wake_.clear();
      return false;
    case Pacer::Waited::TimedOut:  // the device stalls: the others go on by the clock
      count(counters.lateTicks);
      dueNs_ += kTickNs;
      return true;
    case Pacer::Waited::Block:
      dueNs_ = monotonicNs() + kTickNs;
      return true;
  }
  return false;
}

void TickThread::run() {
  dueNs_ = monotonicNs();
  while (!stopping_.load(std::memory_order_acquire)) {
    adopt();
    if (!waitForTick()) continue;
    const int64_t began = monotonicNs();
    plan_->run(began);
    count(counters.ticks);
    const auto took = static_cast<uint64_t>(monotonicNs() - began);
    if (took > counters.longestTickNs.load(std::memory_order_relaxed))
      counters.longestTickNs.store(took, std::memory_order_relaxed);
  }
}

}  // namespace offhook
