// The media engine: takes commands, answers with events, runs the bridge on its own threads. Knows no Node.
//
//   caller ── submit ──▶ control thread ── plans ──▶ tick thread ◀── packets ── network thread
//             events ◀──      ▲  └───────────────── notices (bounded, lock-free) ──┴──┘  file worker, device keepers
//
// The control thread opens, closes and frees everything; the tick thread follows plans; nobody waits for anybody.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/contract.h"
#include "engine/pair_stock.h"
#include "rtp/stream.h"

namespace offhook {

/** As Stream::create; replaced in tests. */
using CreateStream = std::function<std::unique_ptr<Stream>(PortId port, SocketPair pair, const StreamConfig& config, EmitEvent emit, std::string& why)>;

struct EngineOptions {
  /** Of SCHED_FIFO, 1–99, for the audio threads where the system permits it; 0: ordinary scheduling. */
  int priority = 50;
  CreateStream createStream = Stream::create;
  BindPair bindPair = offhook::bindPair;
};

/** Since the engine began. */
struct EngineStats {
  uint64_t ticks = 0, lateTicks = 0, skippedTicks = 0;
  double longestTickMs = 0;
  bool realtime = false;       // the tick thread has SCHED_FIFO
  bool pacedByDevice = false;  // now
  uint64_t ports = 0, stockedPairs = 0;
  uint64_t rejectedCommands = 0, droppedEvents = 0;
  uint64_t deviceXruns = 0, deviceSlips = 0;
};

class Engine {
 public:
  /** `sink` is called on the control thread, one event at a time; it must not block. Throws std::system_error when the system has no threads or descriptors left. */
  explicit Engine(EmitEvent sink, EngineOptions options = {});
  /** Stops every thread and closes everything; recordings are complete when it returns. May wait for a device that is being opened. */
  ~Engine();

  /** From one thread. Never blocks: a command that finds the queue full is answered with `rejected`. */
  void submit(Command&& command);
  /** Any thread. */
  EngineStats stats() const;

 private:
  class Control;
  std::unique_ptr<Control> control_;
};

}  // namespace offhook
