// Any bytes on the RTP and RTCP sockets of an open stream: first byte of a record says which socket and how long to wait.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "engine/plan.h"
#include "net/endpoint.h"
#include "rtp/stream.h"

using namespace offhook;

namespace {
constexpr std::tuple<const char*, int, int> kCodecs[] = {{"G722", 9, 8000},      {"L16", 113, 16000},    {"OPUS", 111, 48000},    {"GSM", 3, 8000},
                                                         {"SPEEX", 98, 8000},    {"SPEEX", 99, 16000},  {"SPEEX", 100, 32000},   {"G726-16", 115, 8000},
                                                         {"G726-24", 116, 8000}, {"G726-32", 117, 8000}, {"AAL2-G726-40", 122, 8000}, {"ILBC", 97, 8000},       {"CN", 13, 8000}};

struct Fixture {
  int peer = -1;
  Endpoint rtp, rtcp;
  std::unique_ptr<Stream> stream;
  ~Fixture() { close(peer); }
  int64_t nowNs = 1'000'000'000;

  Fixture() {
    std::string why;
    SocketPair pair;
    if (!bindPair("127.0.0.1", 20000, 60000, 0, pair, why)) abort();
    Endpoint local;
    parseEndpoint("127.0.0.1", 0, local);
    parseEndpoint("127.0.0.1", pair.rtpPort, rtp);
    parseEndpoint("127.0.0.1", pair.rtcpPort, rtcp);
    peer = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(peer, &local.generic, local.length) != 0) abort();
    getsockname(peer, &local.generic, &local.length);
    StreamConfig config;
    config.rtp = config.rtcp = toSocketAddress(local);
    config.rtcp.port = 0;
    config.send.name = "PCMU";
    config.receive = {config.send};
    for (const auto& [name, payloadType, clockRate] : kCodecs) {
      Codec codec;
      codec.name = name;
      codec.payloadType = uint8_t(payloadType);
      codec.clockRate = uint32_t(clockRate);
      if (codec.name == "OPUS") codec.channels = 2;
      config.receive.push_back(codec);
    }
    config.eventSend = config.eventReceive = 101;
    config.redundancySend = {123, 2};
    config.redundancyReceive = 123;
    config.silenceMs = 100;
    stream = Stream::create("fuzz", std::move(pair), config, [](Event&&) {}, why);
    if (!stream) abort();
  }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Fixture fixture;
  while (size > 2) {
    const uint8_t control = data[0];
    const size_t length = std::min<size_t>(data[1], size - 2);
    const Endpoint& to = control & 1 ? fixture.rtcp : fixture.rtp;
    sendto(fixture.peer, data + 2, length, MSG_DONTWAIT, &to.generic, to.length);
    data += 2 + length;
    size -= 2 + length;
    fixture.stream->onRtpReadable(fixture.nowNs);
    fixture.stream->onRtcpReadable(fixture.nowNs);
    for (int i = 0; i < (control >> 1 & 7); i++) {
      int16_t sound[kMostSamples] = {};
      const size_t samples = fixture.stream->rate() / 100;
      fixture.nowNs += 10'000'000;
      fixture.stream->give(sound, samples, fixture.nowNs);
      fixture.stream->take(sound, samples, fixture.nowNs);
      fixture.stream->tick(fixture.nowNs);
    }
  }
  return 0;
}
