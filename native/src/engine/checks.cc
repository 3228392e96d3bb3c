// The ranges of the media contract.
#include "engine/checks.h"

#include <algorithm>
#include <cstring>

#include "srtp/suite.h"

namespace offhook {

namespace {

using Fault = std::optional<std::string>;

constexpr size_t kMostNameBytes = 64, kMostSteps = 64, kMostFrequencies = 4, kMostDigits = 64, kMostPathBytes = 4096;
constexpr size_t kMostSocketPathBytes = 107;  // sockaddr_un
constexpr uint32_t kMostPairs = 64;

std::string expected(const char* what, const std::string& range, const std::string& got) {
  return std::string(what) + ": expected " + range + ", got " + got;
}

template <typename T>
Fault within(const char* what, T value, T low, T high) {
  if (value >= low && value <= high) return {};
  return expected(what, std::to_string(low) + "–" + std::to_string(high), std::to_string(value));
}

Fault portName(const PortId& port) {
  if (!port.empty() && port.size() <= kMostNameBytes) return {};
  return expected("port", "a name of 1–64 bytes", std::to_string(port.size()) + " bytes");
}

Fault path(const std::string& file) {
  if (!file.empty() && file.size() < kMostPathBytes && file.find('\0') == std::string::npos) return {};
  return expected("file", "a path", file.empty() ? "nothing" : "one too long or with a zero byte");
}

Fault codec(const char* what, const Codec& codec) {
  if (codec.name.empty()) return expected(what, "a codec name", "nothing");
  if (codec.complexity)
    if (Fault f = within("complexity", uint32_t{*codec.complexity}, 0u, 10u)) return f;
  if (codec.bitRate)
    if (Fault f = within("bitRate", *codec.bitRate, 6000u, 510'000u)) return f;
  return within(what, uint32_t{codec.payloadType}, 0u, 127u);
}

Fault srtpKey(const char* what, const SrtpKey& key, const SuiteParts& parts) {
  if (key.key.size() != parts.key + parts.salt)
    return expected(what, std::to_string(parts.key + parts.salt) + " bytes for " + parts.name, std::to_string(key.key.size()));
  return within(what, key.mki.size(), size_t{0}, kMostMki);
}

Fault stream(const StreamConfig& config) {
  if (config.ptimeMs < 10 || config.ptimeMs > 60 || config.ptimeMs % 10 != 0)
    return expected("ptimeMs", "10–60, a multiple of 10", std::to_string(config.ptimeMs));
  if (Fault f = codec("send", config.send)) return f;
  if (config.receive.empty()) return expected("receive", "one codec or more", "none");
  for (const Codec& each : config.receive)
    if (Fault f = codec("receive", each)) return f;
  if (config.eventSend)
    if (Fault f = within("eventSend", uint32_t{*config.eventSend}, 0u, 127u)) return f;
  if (config.eventReceive)
    if (Fault f = within("eventReceive", uint32_t{*config.eventReceive}, 0u, 127u)) return f;
  if (config.redundancySend) {
    if (Fault f = within("redundancySend.payloadType", uint32_t{config.redundancySend->payloadType}, 0u, 127u)) return f;
    if (Fault f = within("redundancySend.events", uint32_t{config.redundancySend->events}, 1u, 2u)) return f;
  }
  if (config.redundancyReceive)
    if (Fault f = within("redundancyReceive", uint32_t{*config.redundancyReceive}, 0u, 127u)) return f;
  if (config.srtp) {
    const SuiteParts& parts = partsOf(config.srtp->suite);
    if (Fault f = srtpKey("srtp.send", config.srtp->send, parts)) return f;
    if (Fault f = srtpKey("srtp.receive", config.srtp->receive, parts)) return f;
  }
  if (config.noiseSend)
    if (Fault f = within("noiseSend", uint32_t{*config.noiseSend}, 0u, 127u)) return f;
  if (config.jitterMinMs > config.jitterMaxMs)
    return expected("jitter", "minMs ≤ maxMs", std::to_string(config.jitterMinMs) + " > " + std::to_string(config.jitterMaxMs));
  return within("jitter.maxMs", config.jitterMaxMs, 0u, 2000u);
}

Fault device(const DeviceConfig& config) {
  if (config.rate != 8000 && config.rate != 16000 && config.rate != 32000 && config.rate != 48000)
    return expected("rate", "8000, 16000, 32000 or 48000", std::to_string(config.rate));
  if (config.kind == DeviceConfig::Kind::Alsa) {
    if (config.capture.empty() && config.playback.empty()) return expected("device", "capture, playback or both", "neither");
    return within("periodMs", config.periodMs, 2u, 100u);
  }
  if (config.kind == DeviceConfig::Kind::External) {
    if (!config.captures && !config.plays) return expected("device", "capture, playback or both", "neither");
    if (config.socket.empty() || config.socket.size() > kMostSocketPathBytes || config.socket.find('\0') != std::string::npos)
      return expected("socket", "a path of 1–107 bytes", std::to_string(config.socket.size()) + " bytes");
  }
  return {};
}

Fault tone(const Tone& tone) {
  if (tone.steps.empty() || tone.steps.size() > kMostSteps) return expected("steps", "1–64", std::to_string(tone.steps.size()));
  for (const ToneStep& step : tone.steps) {
    if (step.frequencies.size() > kMostFrequencies)
      return expected("frequencies", "four at most", std::to_string(step.frequencies.size()));
    for (const double hz : step.frequencies)
      if (Fault f = within("frequencies", hz, 20.0, 20000.0)) return f;
    if (Fault f = within("levelDb", step.levelDb, -96.0, 0.0)) return f;
  }
  return {};
}

Fault gain(const char* what, const std::optional<double>& db) {
  return db ? within(what, *db, -60.0, 20.0) : Fault{};
}

Fault digits(const command::SendDtmf& order) {
  if (order.digits.empty() || order.digits.size() > kMostDigits)
    return expected("digits", "1–64", std::to_string(order.digits.size()));
  const size_t odd = order.digits.find_first_not_of("0123456789ABCD*#,");
  if (odd != std::string::npos) return expected("digits", "0-9 A-D * # ,", "\"" + order.digits.substr(odd, 1) + "\"");
  if (Fault f = within("durationMs", order.durationMs, 40u, 8000u)) return f;
  return within("gapMs", order.gapMs, 0u, 8000u);
}

/** A socket source: nothing can be said of a descriptor here. */
Fault source(const char* what, const SocketSource& source) {
  return source.fd >= 0 ? Fault{} : within(what, uint32_t{source.at.port}, 1024u, 65535u);
}

struct Checker {
  Fault operator()(const command::StockPairs& c) const {
    if (c.address.empty() && c.want > 0) return expected("address", "an IP address", "nothing");
    if (c.min < 1024 || c.max <= c.min)
      return expected("min, max", "1024 ≤ min < max", std::to_string(c.min) + ", " + std::to_string(c.max));
    if (Fault f = within("want", c.want, 0u, kMostPairs)) return f;
    return within("dscp", uint32_t{c.dscp}, 0u, 63u);
  }
  Fault operator()(const command::ReleasePair&) const { return {}; }
  Fault operator()(const command::OpenStream& c) const {
    if (c.sendPair == c.pair) return expected("sendPair", "another than pair", std::to_string(c.pair));
    return stream(c.stream);
  }
  Fault operator()(const command::UpdateStream& c) const { return stream(c.stream); }
  Fault operator()(const command::OpenDevice& c) const { return device(c.device); }
  Fault operator()(const command::OpenTone& c) const { return tone(c.tone); }
  Fault operator()(const command::OpenPlayer& c) const {
    if (Fault f = path(c.file)) return f;
    return within("pauseMs", c.pauseMs, 0u, 3'600'000u);
  }
  Fault operator()(const command::OpenRecorder& c) const {
    if (Fault f = path(c.file)) return f;
    if (c.rate % 100 != 0) return expected("rate", "a multiple of 100 Hz", std::to_string(c.rate));
    return within("rate", c.rate, 8000u, 48000u);
  }
  Fault operator()(const command::ClosePort&) const { return {}; }
  Fault operator()(const command::Connect&) const { return {}; }
  Fault operator()(const command::Disconnect&) const { return {}; }
  Fault operator()(const command::SetGain& c) const {
    if (Fault f = gain("giveDb", c.giveDb)) return f;
    return gain("takeDb", c.takeDb);
  }
  Fault operator()(const command::SendDtmf& c) const { return digits(c); }
  Fault operator()(const command::QueryStats&) const { return {}; }
  Fault operator()(const command::BringPair& c) const {
    if (Fault f = source("rtp.port", c.rtp)) return f;
    if (!c.rtcp && c.rtp.fd < 0)
      if (Fault f = within("rtp.port", uint32_t{c.rtp.at.port}, 1024u, 65534u)) return f;
    if (c.rtcp)
      if (Fault f = source("rtcp.port", *c.rtcp)) return f;
    return within("dscp", uint32_t{c.dscp}, 0u, 63u);
  }
  Fault operator()(const command::SetPaused&) const { return {}; }
  Fault operator()(const command::Seek&) const { return {}; }
  Fault operator()(const command::QueryPort&) const { return {}; }
};

struct PortOf {
  PortId operator()(const command::StockPairs&) const { return {}; }
  PortId operator()(const command::ReleasePair&) const { return {}; }
  PortId operator()(const command::BringPair&) const { return {}; }
  PortId operator()(const command::Connect& c) const { return c.from; }
  PortId operator()(const command::Disconnect& c) const { return c.from; }
  template <typename T>
  PortId operator()(const T& c) const { return c.port; }
};

}  // namespace

const char* commandName(const Command& command) {
  static constexpr const char* kNames[] = {"stock-pairs", "release-pair", "open-stream",   "update-stream", "open-device",
                                           "open-tone",   "open-player",  "open-recorder", "close-port",    "connect",
                                           "disconnect",  "set-gain",     "send-dtmf",     "query-stats",   "set-paused",
                                           "seek",        "query-port",   "bring-pair"};
  static_assert(std::size(kNames) == std::variant_size_v<Command>);
  return kNames[command.index()];
}

PortId commandPort(const Command& command) { return std::visit(PortOf{}, command); }

std::optional<std::string> commandFault(const Command& command) {
  const bool isOfPairs = command.index() < 2 || std::holds_alternative<command::BringPair>(command);
  if (!isOfPairs)
    if (Fault f = portName(commandPort(command))) return f;
  return std::visit(Checker{}, command);
}

uint32_t toneRate(const Tone& tone) {
  double highest = 0;
  for (const ToneStep& step : tone.steps)
    for (const double hz : step.frequencies) highest = std::max(highest, hz);
  return highest < 3400 ? 8000 : highest < 7000 ? 16000 : 48000;
}

}  // namespace offhook
