// The control thread of the engine: performs commands in order and passes on what the other threads report.
#pragma once

#include <list>

#include "audio/alsa_device.h"
#include "audio/external_device.h"
#include "audio/file_worker.h"
#include "base/spsc.h"
#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/network_thread.h"
#include "engine/tick_thread.h"
#include "rt/mpsc.h"

namespace offhook {

class Engine::Control {
 public:
  Control(EmitEvent sink, EngineOptions options);
  ~Control();
  void submit(Command&& command);
  EngineStats stats() const;

 private:
  /** What any thread tells the control thread about a port. */
  struct Notice {
    uint64_t serial = 0;  // of the port; 0: the event is complete as it is
    Event event;
  };

  void run();
  void perform(Command& command);
  void receive(Notice& notice);
  void emit(Event&& event);
  void count();
  void handPlan();
  void sweepKeepers();
  void reject(const char* command, PortId port, std::string reason);

  // ---- commands, one each -----------------------------------------------------------------------------------------
  void on(command::StockPairs& c);
  void on(command::BringPair& c);
  void on(command::ReleasePair& c);
  void on(command::OpenStream& c);
  void on(command::UpdateStream& c);
  void on(command::OpenDevice& c);
  void on(command::OpenTone& c);
  void on(command::OpenPlayer& c);
  void on(command::OpenRecorder& c);
  void on(command::ClosePort& c);
  void on(command::Connect& c);
  void on(command::Disconnect& c);
  void on(command::SetGain& c);
  void on(command::SendDtmf& c);
  void on(command::QueryStats& c);
  void on(command::SetPaused& c);
  void on(command::Seek& c);
  void on(command::QueryPort& c);

  /** A fresh entry under this name, or nullptr when the name is taken (and the command rejected). */
  Graph::Entry* claim(const char* command, const PortId& port);
  /** The stream of this name, or nullptr (and the command rejected). */
  Graph::Entry* streamOf(const char* command, const PortId& port);
  void opened(Graph::Entry& entry, const PortId& port, uint32_t rate, std::string detail);
  void close(const PortId& port);
  Report reportOf(uint64_t serial);
  void notify(Notice&& notice);

  const EmitEvent sink_;
  const EngineOptions options_;

  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> rejected_{0}, dropped_{0}, ports_{0}, pairs_{0};
  DeviceCounters deviceCounters_;
  SpscRing<Command> commands_;
  MpscQueue<Notice> notices_;
  Wake wake_;

  uint64_t lastSerial_ = 0;
  PairStock stock_;
  std::vector<Plan::Action> actions_;  // for the next plan
  bool changed_ = false;               // a plan is due
  FileWorker files_;
  // Running, or ending after their port was closed.
  std::list<std::shared_ptr<AlsaKeeper>> keepers_;
  std::list<std::shared_ptr<ExternalKeeper>> externals_;
  Graph graph_;
  TickThread tick_;
  NetworkThread network_;
  Thread thread_;
};

}  // namespace offhook
