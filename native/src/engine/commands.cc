// What each command does. All of it on the control thread; what touches audio goes into the next plan.
#include "audio/player.h"
#include "audio/recorder.h"
#include "audio/tone_port.h"
#include "audio/wav_device.h"
#include "engine/checks.h"
#include "engine/control.h"
#include "rt/clock.h"

namespace offhook {

namespace {

constexpr size_t kMostPorts = 256;

/** Silence in, nothing out. */
class NullDevice : public Port {
 public:
  bool gives() const override { return true; }
  bool takes() const override { return true; }
  void give(int16_t* out, size_t samples, int64_t) override { std::fill(out, out + samples, int16_t{0}); }
};

}  // namespace

Graph::Entry* Engine::Control::claim(const char* command, const PortId& port) {
  if (const Graph::Entry* entry = graph_.find(port)) {
    if (!entry->failed) {
      reject(command, port, "port " + port + " is open already");
      return nullptr;
    }
    close(port);
  }
  if (graph_.size() >= kMostPorts) {
    reject(command, port, "too many ports: " + std::to_string(kMostPorts));
    return nullptr;
  }
  changed_ = true;
  return &graph_.add(port, ++lastSerial_);
}

Graph::Entry* Engine::Control::streamOf(const char* command, const PortId& port) {
  Graph::Entry* entry = graph_.find(port);
  if (entry && entry->stream) return entry;
  reject(command, port, entry ? port + " is no open stream" : "no port " + port);
  return nullptr;
}

void Engine::Control::opened(Graph::Entry& entry, const PortId& port, uint32_t rate, std::string detail) {
  entry.rate = rate;
  emit(event::PortOpened{port, rate, std::move(detail)});
}

void Engine::Control::close(const PortId& port) {
  const Graph::Entry* entry = graph_.find(port);
  // Its packets end now; the rest of it goes with the last plan that knows it.
  if (entry->stream) network_.remove(entry->stream->stream());
  graph_.remove(port);
  changed_ = true;
}

void Engine::Control::on(command::StockPairs& c) { stock_.order(c, monotonicNs()); }

void Engine::Control::on(command::BringPair& c) { stock_.bring(c); }

void Engine::Control::on(command::ReleasePair& c) {
  if (!stock_.release(c.pair, monotonicNs())) reject("release-pair", {}, "no pair " + std::to_string(c.pair) + " in stock");
}

void Engine::Control::on(command::OpenStream& c) {
  Graph::Entry* entry = claim("open-stream", c.port);
  if (!entry) return;
  for (const PairId id : {c.pair, c.sendPair.value_or(c.pair)}) {
    if (stock_.has(id)) continue;
    graph_.remove(c.port);
    return reject("open-stream", c.port, "no pair " + std::to_string(id) + " in stock");
  }
  std::optional<SocketPair> pair = stock_.take(c.pair, monotonicNs());
  if (c.sendPair) pair->sendFrom(std::move(*stock_.take(*c.sendPair, monotonicNs())));
  const uint64_t serial = entry->serial;
  std::string why;
  std::unique_ptr<Stream> stream = options_.createStream(c.port, std::move(*pair), c.stream, reportOf(serial), why);
  if (stream && network_.add(*stream, why)) {
    auto port = std::make_shared<StreamPort>(std::move(stream), reportOf(serial));
    entry->stream = port.get();
    entry->inbandDtmf = !c.stream.eventSend;
    const uint32_t rate = port->stream().rate();
    entry->state = std::make_shared<PortState>(std::move(port));
    return opened(*entry, c.port, rate, c.stream.send.name);
  }
  entry->failed = true;
  emit(event::PortFailed{c.port, why});
}

void Engine::Control::on(command::UpdateStream& c) {
  Graph::Entry* entry = streamOf("update-stream", c.port);
  if (!entry) return;
  std::string why;
  std::shared_ptr<Stream::Setting> setting = entry->stream->stream().prepare(c.stream, why);
  if (!setting) return reject("update-stream", c.port, std::move(why));
  entry->inbandDtmf = !c.stream.eventSend;
  // The plan that carries it out is laid out for its rate.
  entry->rate = setting->rate;
  actions_.push_back([port = entry->state, stream = entry->stream, setting](int64_t) { stream->stream().apply(*setting); });
  changed_ = true;
}

void Engine::Control::on(command::OpenDevice& c) {
  Graph::Entry* entry = claim("open-device", c.port);
  if (!entry) return;
  const DeviceConfig& device = c.device;
  const Report report = reportOf(entry->serial);
  if (device.kind == DeviceConfig::Kind::Alsa) {
    const auto keeper = keepers_.emplace_back(std::make_shared<AlsaKeeper>(device, report, deviceCounters_));
    auto port = std::make_shared<AlsaDevice>(keeper, device);
    entry->pacer = port.get();
    entry->state = std::make_shared<PortState>(std::move(port));
  } else if (device.kind == DeviceConfig::Kind::External) {
    const auto keeper = externals_.emplace_back(std::make_shared<ExternalKeeper>(device, report, deviceCounters_));
    entry->state = std::make_shared<PortState>(std::make_shared<ExternalDevice>(keeper, device));
  } else if (device.kind == DeviceConfig::Kind::Wav && !(device.capture.empty() && device.playback.empty())) {
    entry->state = std::make_shared<PortState>(std::make_shared<WavDevice>(device, report, files_));
  } else {
    entry->state = std::make_shared<PortState>(std::make_shared<NullDevice>());
    opened(*entry, c.port, device.rate, "silence");
  }
}

void Engine::Control::on(command::OpenTone& c) {
  Graph::Entry* entry = claim("open-tone", c.port);
  if (!entry) return;
  const uint32_t rate = toneRate(c.tone);
  entry->state = std::make_shared<PortState>(std::make_shared<TonePort>(c.tone, rate, reportOf(entry->serial)));
  opened(*entry, c.port, rate, "tone");
}

void Engine::Control::on(command::OpenPlayer& c) {
  Graph::Entry* entry = claim("open-player", c.port);
  if (!entry) return;
  const PlayOrder order{std::move(c.file), c.loops, c.pauseMs, 0};
  auto player = std::make_shared<Player>(order, reportOf(entry->serial), files_);
  entry->file = entry->player = player.get();
  entry->state = std::make_shared<PortState>(std::move(player));
}

void Engine::Control::on(command::OpenRecorder& c) {
  Graph::Entry* entry = claim("open-recorder", c.port);
  if (!entry) return;
  const RecordOrder order{std::move(c.file), c.rate, c.maxBytes};
  auto recorder = std::make_shared<Recorder>(order, reportOf(entry->serial), files_);
  entry->file = recorder.get();
  entry->state = std::make_shared<PortState>(std::move(recorder));
}

void Engine::Control::on(command::ClosePort& c) {
  if (graph_.find(c.port)) close(c.port);
  else reject("close-port", c.port, "no port " + c.port);
}

void Engine::Control::on(command::Connect& c) {
  if (const auto fault = graph_.connect(c.from, c.to)) return reject("connect", c.from, *fault);
  changed_ = true;
}

void Engine::Control::on(command::Disconnect& c) {
  if (const auto fault = graph_.disconnect(c.from, c.to)) return reject("disconnect", c.from, *fault);
  changed_ = true;
}

void Engine::Control::on(command::SetGain& c) {
  Graph::Entry* entry = graph_.find(c.port);
  if (!entry) return reject("set-gain", c.port, "no port " + c.port);
  entry->giveFactor = gainFactor(c.giveDb);
  entry->takeFactor = gainFactor(c.takeDb);
  changed_ = true;
}

void Engine::Control::on(command::SendDtmf& c) {
  Graph::Entry* entry = streamOf("send-dtmf", c.port);
  if (!entry) return;
  changed_ = true;
  StreamPort* stream = entry->stream;
  if (!entry->inbandDtmf) {
    actions_.push_back([port = entry->state, stream, order = std::move(c)](int64_t) {
      stream->stream().sendDtmf(order.digits, order.durationMs, order.gapMs);
    });
    return;
  }
  if (stream->orders.size() >= StreamPort::kMostInband) return reject("send-dtmf", c.port, "too many digits are waiting");
  const Tone tone = dtmfTone(c.digits, c.durationMs, c.gapMs);
  InbandOrder& order = stream->orders.emplace_back(InbandOrder{std::move(c.digits), ToneGenerator(tone, entry->rate)});
  actions_.push_back([port = entry->state, stream, &order](int64_t) { stream->sendInband(order); });
}

void Engine::Control::on(command::QueryStats& c) {
  Graph::Entry* entry = streamOf("query-stats", c.port);
  if (!entry) return;
  changed_ = true;
  actions_.push_back([port = entry->state, stream = entry->stream, ref = c.ref](int64_t) { stream->query(ref); });
}

void Engine::Control::on(command::SetPaused& c) {
  Graph::Entry* entry = graph_.find(c.port);
  if (!entry || !entry->file) return reject("set-paused", c.port, entry ? c.port + " neither plays nor records a file" : "no port " + c.port);
  changed_ = true;
  actions_.push_back([port = entry->state, file = entry->file, paused = c.paused](int64_t) { file->setPaused(paused); });
}

void Engine::Control::on(command::Seek& c) {
  Graph::Entry* entry = graph_.find(c.port);
  if (!entry || !entry->player) return reject("seek", c.port, entry ? c.port + " plays no file" : "no port " + c.port);
  changed_ = true;
  actions_.push_back([port = entry->state, player = entry->player, atMs = c.atMs](int64_t) { player->seek(atMs); });
}

void Engine::Control::on(command::QueryPort& c) {
  Graph::Entry* entry = graph_.find(c.port);
  if (!entry || !entry->state) return reject("query-port", c.port, entry ? c.port + " has failed" : "no port " + c.port);
  changed_ = true;
  actions_.push_back([state = entry->state, file = entry->file, ref = c.ref, report = reportOf(entry->serial)](int64_t now) {
    PortStatus status;
    status.giveDb = state->giveLevel.db(now);
    status.takeDb = state->takeLevel.db(now);
    if (file) file->describe(status);
    report(event::State{{}, ref, status});
  });
}

}  // namespace offhook
