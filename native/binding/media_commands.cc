// MediaCommand objects to commands.
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "marshal.h"
#include "media_marshal.h"

namespace offhook {

namespace {

SocketAddress addressFrom(const Field& f) { return {f.at("address").string(), f.at("port").whole<uint16_t>()}; }

Codec codecFrom(const Field& f) {
  Codec codec;
  codec.name = f.at("name").string();
  codec.payloadType = static_cast<uint8_t>(f.at("payloadType").whole(0, 127));
  codec.clockRate = f.at("clockRate").whole<uint32_t>();
  codec.channels = f.at("channels").whole<uint8_t>();
  const Field parameters = f.at("parameters");
  if (!parameters.absent())
    for (const auto& [name, value] : parameters.entries()) codec.parameters[name] = value.string();
  if (const Field complexity = f.at("complexity"); !complexity.absent()) codec.complexity = static_cast<uint8_t>(complexity.whole(0, 255));
  if (const Field bitRate = f.at("bitRate"); !bitRate.absent()) codec.bitRate = bitRate.whole<uint32_t>();
  return codec;
}

std::optional<uint8_t> payloadTypeFrom(const Field& f) {
  if (f.absent()) return {};
  return static_cast<uint8_t>(f.whole(0, 127));
}

/** Key and salt in base64. Every copy made here is wiped; those of JavaScript cannot be. */
KeyBytes keyFrom(const Field& f) {
  std::string text = f.secret();
  uint8_t bytes[96];
  const size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  const bool fits = !text.empty() && text.size() % 4 == 0 && text.size() / 4 * 3 <= sizeof bytes && padding <= 2;
  const int size = fits ? EVP_DecodeBlock(bytes, reinterpret_cast<const uint8_t*>(text.data()), static_cast<int>(text.size())) : -1;
  KeyBytes key;
  if (size >= 0) key = KeyBytes(bytes, static_cast<size_t>(size) - padding);
  OPENSSL_cleanse(bytes, sizeof bytes);
  OPENSSL_cleanse(text.data(), text.size());
  if (size < 0) Field(Napi::String::New(f.env(), "***"), f.path()).refuse("base64 of a key and its salt");
  return key;
}

SrtpKey srtpKeyFrom(const Field& f) {
  SrtpKey out;
  out.key = keyFrom(f.at("key"));
  // One char per byte.
  const std::u16string mki = f.at("mki").wide();
  out.mki.assign(mki.begin(), mki.end());
  return out;
}

std::optional<SrtpConfig> srtpFrom(const Field& f) {
  if (f.absent()) return {};
  SrtpConfig out;
  out.suite = static_cast<SrtpSuite>(f.at("suite").oneOf({"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_80",
                                                          "AES_256_CM_HMAC_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"}));
  out.send = srtpKeyFrom(f.at("send"));
  out.receive = srtpKeyFrom(f.at("receive"));
  return out;
}

StreamConfig streamFrom(const Field& f) {
  StreamConfig out;
  out.rtp = addressFrom(f.at("rtp"));
  out.rtcp = addressFrom(f.at("rtcp"));
  out.direction = static_cast<Direction>(f.at("direction").oneOf({"sendrecv", "sendonly", "recvonly", "inactive"}));
  out.send = codecFrom(f.at("send"));
  out.ptimeMs = f.at("ptimeMs").whole<uint32_t>();
  for (const Field& each : f.at("receive").items()) out.receive.push_back(codecFrom(each));
  out.eventSend = payloadTypeFrom(f.at("eventSend"));
  out.eventReceive = payloadTypeFrom(f.at("eventReceive"));
  if (const Field redundancy = f.at("redundancySend"); !redundancy.absent())
    out.redundancySend = {static_cast<uint8_t>(redundancy.at("payloadType").whole(0, 127)), redundancy.at("events").whole<unsigned>()};
  out.redundancyReceive = payloadTypeFrom(f.at("redundancyReceive"));
  out.noiseSend = payloadTypeFrom(f.at("noiseSend"));
  const Field detectInBand = f.at("detectInBand");
  if (!detectInBand.absent()) out.detectInBand = detectInBand.boolean();
  const Field suppressSilence = f.at("suppressSilence");
  out.suppressSilence = !suppressSilence.absent() && suppressSilence.boolean();
  out.symmetric = f.at("symmetric").boolean();
  const Field rtcpMux = f.at("rtcpMux");
  out.rtcpMux = !rtcpMux.absent() && rtcpMux.boolean();
  const Field rtcpXr = f.at("rtcpXr");
  out.rtcpXr = !rtcpXr.absent() && rtcpXr.boolean();
  if (const Field roundTrip = f.at("receiverRoundTrip"); !roundTrip.absent())
    out.receiverRoundTrip = roundTrip.oneOf({"sender", "all"}) == 0 ? ReceiverRoundTrip::Senders : ReceiverRoundTrip::All;
  out.cname = f.at("cname").string();
  out.jitterMinMs = f.at("jitter").at("minMs").whole<uint32_t>();
  out.jitterMaxMs = f.at("jitter").at("maxMs").whole<uint32_t>();
  out.silenceMs = f.at("silenceMs").whole<uint32_t>();
  out.keepAliveMs = f.at("keepAliveMs").whole<uint32_t>();
  out.srtp = srtpFrom(f.at("srtp"));
  return out;
}

SocketSource sourceFrom(const Field& f) {
  const Field fd = f.at("fd");
  if (!fd.absent()) return {static_cast<int>(fd.whole(0, 0x7fffffff)), {}};
  return {-1, addressFrom(f)};
}

DeviceConfig deviceFrom(const Field& f) {
  DeviceConfig out;
  out.kind = static_cast<DeviceConfig::Kind>(f.at("kind").oneOf({"alsa", "wav", "null", "external"}));
  out.rate = f.at("rate").whole<uint32_t>();
  if (out.kind == DeviceConfig::Kind::Null) return out;
  if (out.kind == DeviceConfig::Kind::External) {
    out.socket = f.at("socket").string();
    out.captures = f.at("capture").boolean();
    out.plays = f.at("playback").boolean();
    return out;
  }
  out.capture = f.at("capture").string();
  out.playback = f.at("playback").string();
  if (out.kind == DeviceConfig::Kind::Alsa) out.periodMs = f.at("periodMs").whole<uint32_t>();
  else out.loop = f.at("loop").boolean();
  return out;
}

Tone toneFrom(const Field& f) {
  Tone tone;
  for (const Field& each : f.at("steps").items()) {
    ToneStep step;
    for (const Field& hz : each.at("frequencies").items()) step.frequencies.push_back(hz.number());
    step.ms = each.at("ms").whole<uint32_t>();
    step.levelDb = each.at("levelDb").number();
    tone.steps.push_back(std::move(step));
  }
  tone.repeat = f.at("repeat").whole<uint32_t>();
  return tone;
}

/** undefined, or no such property, mutes. */
std::optional<double> gainFrom(const Field& f) {
  if (f.absent()) return {};
  return f.number();
}

constexpr uint64_t kMostSafeInteger = (uint64_t{1} << 53) - 1;

}  // namespace

Command commandFrom(Napi::Value value) {
  const Field f(value, "command");
  const auto port = [&] { return f.at("port").string(); };
  switch (f.at("kind").oneOf({"stock-pairs", "release-pair", "open-stream", "update-stream", "open-device", "open-tone",
                              "open-player", "open-recorder", "close-port", "connect", "disconnect", "set-gain", "send-dtmf",
                              "query-stats", "set-paused", "seek", "query-port", "bring-pair"})) {
    case 0:
      return command::StockPairs{f.at("address").string(), f.at("min").whole<uint16_t>(), f.at("max").whole<uint16_t>(),
                                 f.at("want").whole<uint32_t>(), static_cast<uint8_t>(f.at("dscp").whole(0, 63))};
    case 1: return command::ReleasePair{f.at("pair").whole<PairId>()};
    case 2: {
      command::OpenStream open{port(), f.at("pair").whole<PairId>(), streamFrom(f.at("stream")), {}};
      const Field sendPair = f.at("sendPair");
      if (!sendPair.absent()) open.sendPair = sendPair.whole<PairId>();
      return open;
    }
    case 3: return command::UpdateStream{port(), streamFrom(f.at("stream"))};
    case 4: return command::OpenDevice{port(), deviceFrom(f.at("device"))};
    case 5: return command::OpenTone{port(), toneFrom(f.at("tone"))};
    case 6:
      return command::OpenPlayer{port(), f.at("file").string(), f.at("loops").whole<uint32_t>(), f.at("pauseMs").whole<uint32_t>()};
    case 7:
      return command::OpenRecorder{port(), f.at("file").string(), f.at("rate").whole<uint32_t>(), f.at("maxBytes").whole(0, kMostSafeInteger)};
    case 8: return command::ClosePort{port()};
    case 9: return command::Connect{f.at("from").string(), f.at("to").string()};
    case 10: return command::Disconnect{f.at("from").string(), f.at("to").string()};
    case 11: return command::SetGain{port(), gainFrom(f.at("giveDb")), gainFrom(f.at("takeDb"))};
    case 12:
      return command::SendDtmf{port(), f.at("digits").string(), f.at("durationMs").whole<uint32_t>(), f.at("gapMs").whole<uint32_t>()};
    case 13: return command::QueryStats{port(), f.at("ref").whole<uint32_t>()};
    case 14: return command::SetPaused{port(), f.at("paused").boolean()};
    case 15: return command::Seek{port(), f.at("atMs").whole<uint32_t>()};
    case 16: return command::QueryPort{port(), f.at("ref").whole<uint32_t>()};
    default: {
      command::BringPair bring{f.at("ref").whole<uint32_t>(), sourceFrom(f.at("rtp")), {}, static_cast<uint8_t>(f.at("dscp").whole(0, 63))};
      const Field rtcp = f.at("rtcp");
      if (!rtcp.absent()) bring.rtcp = sourceFrom(rtcp);
      return bring;
    }
  }
}

}  // namespace offhook
