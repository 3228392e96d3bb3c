// The control loop: commands in, notices in, events and plans out.
#include "engine/control.h"

#include "engine/checks.h"
#include "rt/clock.h"

namespace offhook {

namespace {
constexpr size_t kCommands = 1024, kNotices = 1024;

/** Events that belong to a port carry its name. */
PortId* portOf(Event& event) {
  return std::visit([](auto& e) -> PortId* {
    using T = std::decay_t<decltype(e)>;
    if constexpr (std::is_same_v<T, event::PairReady> || std::is_same_v<T, event::PairsFailed>) return nullptr;
    else return &e.port;
  }, event);
}
}  // namespace

Engine::Control::Control(EmitEvent sink, EngineOptions options)
    : sink_(std::move(sink)),
      options_(std::move(options)),
      commands_(kCommands),
      notices_(kNotices),
      stock_(options_.bindPair, [this](Event&& event) { emit(std::move(event)); }),
      tick_([this] { wake_.notify(); }),
      network_(options_.priority > 1 ? options_.priority - 1 : 0, tick_.lastPacketNs) {
  tick_.start(options_.priority, network_.fd());
  thread_.start("offhook-control", 0, [this] { run(); });
}

Engine::Control::~Control() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
  thread_.join();
  // From here on this thread is the control thread.
  for (const PortId& port : graph_.names()) close(port);
  for (const auto& keeper : keepers_) keeper->stop();
  for (const auto& keeper : externals_) keeper->stop();
  tick_.stop();
  actions_.clear();
}

void Engine::Control::submit(Command&& command) {
  if (!commands_.push(std::move(command))) {
    rejected_.fetch_add(1, std::memory_order_relaxed);
    notify({0, event::Rejected{commandName(command), commandPort(command), "too many commands are waiting"}});
  }
  wake_.notify();
}

void Engine::Control::run() {
  Command command;
  Notice notice;
  while (!stopping_.load(std::memory_order_acquire)) {
    while (commands_.pop(command)) perform(command);
    while (notices_.pop(notice)) receive(notice);
    const int64_t now = monotonicNs();
    if (stock_.retryAt() >= 0 && now >= stock_.retryAt()) stock_.refill(now);
    if (changed_) handPlan();
    tick_.reclaim();
    sweepKeepers();
    count();
    wake_.wait(stock_.retryAt());
  }
}

void Engine::Control::count() {
  ports_.store(graph_.size(), std::memory_order_relaxed);
  pairs_.store(stock_.size(), std::memory_order_relaxed);
}

void Engine::Control::emit(Event&& event) {
  count();  // who sees the event sees its effect
  sink_(std::move(event));
}

void Engine::Control::perform(Command& command) {
  if (const std::optional<std::string> fault = commandFault(command))
    return reject(commandName(command), commandPort(command), *fault);
  std::visit([this](auto& c) { on(c); }, command);
}

void Engine::Control::receive(Notice& notice) {
  if (notice.serial == 0) return emit(std::move(notice.event));
  const PortId* name = graph_.name(notice.serial);
  if (!name) return;  // closed meanwhile
  Graph::Entry& entry = *graph_.find(*name);
  *portOf(notice.event) = *name;
  if (const auto* opened = std::get_if<event::PortOpened>(&notice.event)) {
    entry.rate = opened->rate;
    entry.failed = false;
    changed_ = true;
  } else if (std::holds_alternative<event::PortFailed>(notice.event)) {
    entry.failed = true;
  } else if (auto* sent = std::get_if<event::DtmfSent>(&notice.event)) {
    if (sent->digits.empty() && entry.stream && !entry.stream->orders.empty()) {
      sent->digits = std::move(entry.stream->orders.front().digits);
      entry.stream->orders.pop_front();
    }
  } else if (std::holds_alternative<event::Rejected>(notice.event)) {
    rejected_.fetch_add(1, std::memory_order_relaxed);
  }
  emit(std::move(notice.event));
}

void Engine::Control::handPlan() {
  std::unique_ptr<Plan> plan = graph_.plan();
  plan->actions = std::move(actions_);
  actions_.clear();
  changed_ = false;
  tick_.hand(std::move(plan));
}

void Engine::Control::sweepKeepers() {
  const auto stopped = [](const auto& keeper) { return keeper->stopped(); };
  keepers_.remove_if(stopped);
  externals_.remove_if(stopped);
}

void Engine::Control::reject(const char* command, PortId port, std::string reason) {
  rejected_.fetch_add(1, std::memory_order_relaxed);
  emit(event::Rejected{command, std::move(port), std::move(reason)});
}

Report Engine::Control::reportOf(uint64_t serial) {
  return [this, serial](Event&& event) { notify({serial, std::move(event)}); };
}

void Engine::Control::notify(Notice&& notice) {
  if (!notices_.push(std::move(notice))) dropped_.fetch_add(1, std::memory_order_relaxed);
  wake_.notify();
}

EngineStats Engine::Control::stats() const {
  const auto read = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  EngineStats stats;
  stats.ticks = read(tick_.counters.ticks);
  stats.lateTicks = read(tick_.counters.lateTicks);
  stats.skippedTicks = read(tick_.counters.skippedTicks);
  stats.longestTickMs = static_cast<double>(read(tick_.counters.longestTickNs)) / kMillisecondNs;
  stats.realtime = tick_.realtime();
  stats.pacedByDevice = read(tick_.counters.pacedByDevice);
  stats.ports = read(ports_);
  stats.stockedPairs = read(pairs_);
  stats.rejectedCommands = read(rejected_);
  stats.droppedEvents = read(dropped_);
  stats.deviceXruns = read(deviceCounters_.xruns);
  stats.deviceSlips = read(deviceCounters_.slips);
  return stats;
}

Engine::Engine(EmitEvent sink, EngineOptions options)
    : control_(std::make_unique<Control>(std::move(sink), std::move(options))) {}
Engine::~Engine() = default;
void Engine::submit(Command&& command) { control_->submit(std::move(command)); }
EngineStats Engine::stats() const { return control_->stats(); }

}  // namespace offhook
