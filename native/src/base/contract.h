// The media contract (firmware/media/contract.ts) in C++. The binding translates between the two, nothing else does.
// Meanings, units and ranges are written there, once.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "../rtp/rtcp_xr.h"
#include "key_bytes.h"

namespace offhook {

using PortId = std::string;
using PairId = uint32_t;

struct SocketAddress {
  std::string address;  // IPv4 or IPv6 literal
  uint16_t port = 0;
};

enum class Direction { SendRecv, SendOnly, RecvOnly, Inactive };

struct Codec {
  std::string name;
  uint8_t payloadType = 0;
  uint32_t clockRate = 8000;
  uint8_t channels = 1;
  std::map<std::string, std::string> parameters;
  std::optional<uint8_t> complexity = {};
  std::optional<uint32_t> bitRate = {};
};

enum class SrtpSuite { AesCm128Sha80, AesCm128Sha32, AesCm256Sha80, AesCm256Sha32, Gcm128, Gcm256 };

struct SrtpKey {
  KeyBytes key;
  std::string mki;
  bool operator==(const SrtpKey& other) const { return key == other.key && mki == other.mki; }
};

struct SrtpConfig {
  SrtpSuite suite = SrtpSuite::AesCm128Sha80;
  SrtpKey send, receive;
};

struct EventRedundancy {
  uint8_t payloadType = 0;
  unsigned events = 1;
};

enum class ReceiverRoundTrip { Off, Senders, All };

struct StreamConfig {
  SocketAddress rtp, rtcp;
  Direction direction = Direction::SendRecv;
  Codec send;
  uint32_t ptimeMs = 20;
  std::vector<Codec> receive;
  std::optional<uint8_t> eventSend, eventReceive;
  std::optional<EventRedundancy> redundancySend;
  std::optional<uint8_t> redundancyReceive;
  std::optional<uint8_t> noiseSend;
  std::optional<bool> detectInBand;
  bool suppressSilence = false;
  bool symmetric = true;
  bool rtcpMux = false, rtcpXr = false;
  ReceiverRoundTrip receiverRoundTrip = ReceiverRoundTrip::Off;
  std::string cname;
  uint32_t jitterMinMs = 0, jitterMaxMs = 200;
  uint32_t silenceMs = 0;
  uint32_t keepAliveMs = 0;
  std::optional<SrtpConfig> srtp;
};

/** A socket of the application's (`fd` ≥ 0), or one to be bound to this very address. */
struct SocketSource {
  int fd = -1;
  SocketAddress at;
};

struct DeviceConfig {
  enum class Kind { Alsa, Wav, Null, External } kind = Kind::Null;
  std::string capture, playback;
  std::string socket;                    // external
  bool captures = true, plays = true;    // external
  uint32_t rate = 8000;
  uint32_t periodMs = 10;
  bool loop = false;
};

struct ToneStep {
  std::vector<double> frequencies;
  uint32_t ms = 0;
  double levelDb = 0;
};
struct Tone {
  std::vector<ToneStep> steps;
  uint32_t repeat = 0;
};

namespace command {
struct StockPairs { std::string address; uint16_t min = 0, max = 0; uint32_t want = 0; uint8_t dscp = 0; };
struct BringPair { uint32_t ref = 0; SocketSource rtp; std::optional<SocketSource> rtcp; uint8_t dscp = 0; };
struct ReleasePair { PairId pair = 0; };
struct OpenStream { PortId port; PairId pair = 0; StreamConfig stream; std::optional<PairId> sendPair; };
struct UpdateStream { PortId port; StreamConfig stream; };
struct OpenDevice { PortId port; DeviceConfig device; };
struct OpenTone { PortId port; Tone tone; };
struct OpenPlayer { PortId port; std::string file; uint32_t loops = 1, pauseMs = 0; };
struct OpenRecorder { PortId port; std::string file; uint32_t rate = 8000; uint64_t maxBytes = 0; };
struct SetPaused { PortId port; bool paused = false; };
struct Seek { PortId port; uint32_t atMs = 0; };
struct ClosePort { PortId port; };
struct Connect { PortId from, to; };
struct Disconnect { PortId from, to; };
struct SetGain { PortId port; std::optional<double> giveDb, takeDb; };
struct SendDtmf { PortId port; std::string digits; uint32_t durationMs = 100, gapMs = 50; };
struct QueryStats { PortId port; uint32_t ref = 0; };
struct QueryPort { PortId port; uint32_t ref = 0; };
}  // namespace command

using Command = std::variant<command::StockPairs, command::ReleasePair, command::OpenStream, command::UpdateStream,
                             command::OpenDevice, command::OpenTone, command::OpenPlayer, command::OpenRecorder,
                             command::ClosePort, command::Connect, command::Disconnect, command::SetGain,
                             command::SendDtmf, command::QueryStats, command::SetPaused, command::Seek, command::QueryPort,
                             command::BringPair>;

struct PortStatus {
  double giveDb = -96, takeDb = -96;
  double positionMs = std::numeric_limits<double>::quiet_NaN();
  double lengthMs = std::numeric_limits<double>::quiet_NaN();
  bool paused = false;
};

struct StreamStats {
  uint64_t sentPackets = 0, sentBytes = 0, receivedPackets = 0, receivedBytes = 0;
  int64_t lostPackets = 0;
  uint64_t latePackets = 0, duplicatePackets = 0, malformedPackets = 0;
  double concealedMs = 0;
  double playoutDelayMs = std::numeric_limits<double>::quiet_NaN();
  double jitterMs = std::numeric_limits<double>::quiet_NaN();
  double roundTripMs = std::numeric_limits<double>::quiet_NaN();
  double peerLostPackets = std::numeric_limits<double>::quiet_NaN();
  double peerJitterMs = std::numeric_limits<double>::quiet_NaN();
  std::string codec;
  SocketAddress remote;
  SocketAddress signalled, source;
  double rating = std::numeric_limits<double>::quiet_NaN();
  double mosListening = std::numeric_limits<double>::quiet_NaN();
  double mosConversational = std::numeric_limits<double>::quiet_NaN();
  std::string srtp;
  uint64_t forgedPackets = 0, replayedPackets = 0;
  std::optional<VoipMetrics> peerVoice;
};

namespace event {
struct PairReady { PairId pair = 0; std::string address; uint16_t rtpPort = 0, rtcpPort = 0; std::string unmarked; std::optional<uint32_t> ref; };
struct PairsFailed { std::string reason; std::optional<uint32_t> ref; };
struct PortOpened { PortId port; uint32_t rate = 0; std::string detail; };
struct PortFailed { PortId port; std::string reason; };
struct PortLost { PortId port; std::string reason; };
struct PortEnded { PortId port; };
struct StreamReceiving { PortId port; SocketAddress from; };
struct StreamSilent { PortId port; uint32_t forMs = 0; };
struct Dtmf { PortId port; char digit = 0; bool ended = false; uint32_t durationMs = 0; bool tone = false; };
struct DtmfSent { PortId port; std::string digits; };
struct Stats { PortId port; uint32_t ref = 0; StreamStats stats; };
struct State { PortId port; uint32_t ref = 0; PortStatus state; };
struct Rejected { std::string command; PortId port; std::string reason; };
}  // namespace event

using Event = std::variant<event::PairReady, event::PairsFailed, event::PortOpened, event::PortFailed, event::PortLost,
                           event::PortEnded, event::StreamReceiving, event::StreamSilent, event::Dtmf, event::DtmfSent,
                           event::Stats, event::State, event::Rejected>;

}  // namespace offhook
