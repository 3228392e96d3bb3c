// Events and statistics to objects.
#include "media_marshal.h"

namespace offhook {

namespace {

/** Builds one object, property by property. */
class Builder {
 public:
  explicit Builder(Napi::Env env) : object(Napi::Object::New(env)), env_(env) {}
  Builder& set(const char* name, const std::string& value) { return put(name, Napi::String::New(env_, value)); }
  Builder& set(const char* name, const char* value) { return put(name, Napi::String::New(env_, value)); }
  Builder& set(const char* name, bool value) { return put(name, Napi::Boolean::New(env_, value)); }
  Builder& set(const char* name, double value) { return put(name, Napi::Number::New(env_, value)); }
  Builder& set(const char* name, uint32_t value) { return set(name, static_cast<double>(value)); }
  Builder& set(const char* name, uint64_t value) { return set(name, static_cast<double>(value)); }
  Builder& set(const char* name, int64_t value) { return set(name, static_cast<double>(value)); }
  Builder& set(const char* name, const SocketAddress& value) {
    return put(name, Builder(env_).set("address", value.address).set("port", uint32_t{value.port}).object);
  }
  Builder& put(const char* name, Napi::Value value) {
    object.Set(name, value);
    return *this;
  }
  Napi::Object object;

 private:
  Napi::Env env_;
};

/** Wire units to those of the contract; absent where the peer does not know. */
Napi::Object voiceTo(Napi::Env env, const VoipMetrics& v) {
  Builder out(env);
  const auto known = [&](const char* name, uint8_t value, double unit) {
    if (value != 127) out.set(name, double(value) * unit);
  };
  out.set("lossRate", v.lossRate / 256.0).set("discardRate", v.discardRate / 256.0);
  out.set("burstDensity", v.burstDensity / 256.0).set("gapDensity", v.gapDensity / 256.0);
  out.set("burstMs", uint32_t{v.burstMs}).set("gapMs", uint32_t{v.gapMs});
  out.set("roundTripMs", uint32_t{v.roundTripMs}).set("endSystemMs", uint32_t{v.endSystemMs});
  known("rating", v.rating, 1);
  known("mosListening", v.mosListening, 0.1);
  known("mosConversational", v.mosConversational, 0.1);
  out.set("bufferMs", uint32_t{v.bufferMs}).set("bufferMaxMs", uint32_t{v.bufferMaxMs});
  return out.object;
}

Napi::Object streamStatsTo(Napi::Env env, const StreamStats& s) {
  Napi::Object out = Builder(env)
      .set("sentPackets", s.sentPackets)
      .set("sentBytes", s.sentBytes)
      .set("receivedPackets", s.receivedPackets)
      .set("receivedBytes", s.receivedBytes)
      .set("lostPackets", s.lostPackets)
      .set("latePackets", s.latePackets)
      .set("duplicatePackets", s.duplicatePackets)
      .set("malformedPackets", s.malformedPackets)
      .set("concealedMs", s.concealedMs)
      .set("playoutDelayMs", s.playoutDelayMs)
      .set("jitterMs", s.jitterMs)
      .set("roundTripMs", s.roundTripMs)
      .set("peerLostPackets", s.peerLostPackets)
      .set("peerJitterMs", s.peerJitterMs)
      .set("codec", s.codec)
      .set("remote", s.remote)
      .set("signalled", s.signalled)
      .set("source", s.source)
      .set("rating", s.rating)
      .set("mosListening", s.mosListening)
      .set("mosConversational", s.mosConversational)
      .set("srtp", s.srtp)
      .set("forgedPackets", s.forgedPackets)
      .set("replayedPackets", s.replayedPackets)
      .object;
  if (s.peerVoice) out.Set("peerVoice", voiceTo(env, *s.peerVoice));
  return out;
}

Napi::Object portStatusTo(Napi::Env env, const PortStatus& s) {
  return Builder(env)
      .set("giveDb", s.giveDb)
      .set("takeDb", s.takeDb)
      .set("positionMs", s.positionMs)
      .set("lengthMs", s.lengthMs)
      .set("paused", s.paused)
      .object;
}

struct ToObject {
  Napi::Env env;
  Builder kind(const char* name) const {
    Builder out(env);
    out.set("kind", name);
    return out;
  }
  Napi::Object operator()(const event::PairReady& e) const {
    auto ready = kind("pair-ready").set("pair", e.pair).set("address", e.address).set("rtpPort", uint32_t{e.rtpPort}).set("rtcpPort", uint32_t{e.rtcpPort});
    if (!e.unmarked.empty()) ready.set("unmarked", e.unmarked);
    return e.ref ? ready.set("ref", *e.ref).object : ready.object;
  }
  Napi::Object operator()(const event::PairsFailed& e) const {
    auto failed = kind("pairs-failed").set("reason", e.reason);
    return e.ref ? failed.set("ref", *e.ref).object : failed.object;
  }
  Napi::Object operator()(const event::PortOpened& e) const {
    return kind("port-opened").set("port", e.port).set("rate", e.rate).set("detail", e.detail).object;
  }
  Napi::Object operator()(const event::PortFailed& e) const { return kind("port-failed").set("port", e.port).set("reason", e.reason).object; }
  Napi::Object operator()(const event::PortLost& e) const { return kind("port-lost").set("port", e.port).set("reason", e.reason).object; }
  Napi::Object operator()(const event::PortEnded& e) const { return kind("port-ended").set("port", e.port).object; }
  Napi::Object operator()(const event::StreamReceiving& e) const { return kind("stream-receiving").set("port", e.port).set("from", e.from).object; }
  Napi::Object operator()(const event::StreamSilent& e) const { return kind("stream-silent").set("port", e.port).set("forMs", e.forMs).object; }
  Napi::Object operator()(const event::Dtmf& e) const {
    const std::string digit(1, e.digit);
    return kind("dtmf").set("port", e.port).set("digit", digit).set("ended", e.ended).set("durationMs", e.durationMs).set("tone", e.tone).object;
  }
  Napi::Object operator()(const event::DtmfSent& e) const { return kind("dtmf-sent").set("port", e.port).set("digits", e.digits).object; }
  Napi::Object operator()(const event::Stats& e) const {
    return kind("stats").set("port", e.port).set("ref", e.ref).put("stats", streamStatsTo(env, e.stats)).object;
  }
  Napi::Object operator()(const event::State& e) const {
    return kind("port-state").set("port", e.port).set("ref", e.ref).put("state", portStatusTo(env, e.state)).object;
  }
  Napi::Object operator()(const event::Rejected& e) const {
    return kind("rejected").set("command", e.command).set("port", e.port).set("reason", e.reason).object;
  }
};

}  // namespace

Napi::Object eventTo(Napi::Env env, const Event& event) { return std::visit(ToObject{env}, event); }

Napi::Object statsTo(Napi::Env env, const EngineStats& s) {
  return Builder(env)
      .set("ticks", s.ticks)
      .set("lateTicks", s.lateTicks)
      .set("skippedTicks", s.skippedTicks)
      .set("longestTickMs", s.longestTickMs)
      .set("realtime", s.realtime)
      .set("pacedByDevice", s.pacedByDevice)
      .set("ports", s.ports)
      .set("stockedPairs", s.stockedPairs)
      .set("rejectedCommands", s.rejectedCommands)
      .set("droppedEvents", s.droppedEvents)
      .set("deviceXruns", s.deviceXruns)
      .set("deviceSlips", s.deviceSlips)
      .object;
}

}  // namespace offhook
