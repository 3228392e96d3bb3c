// Streams on loopback sockets in virtual time, and bare sockets that stand for peers and strangers.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "check.h"
#include "net/endpoint.h"
#include "rtp/packet.h"
#include "rtp/stream.h"

namespace room {

using namespace offhook;


inline Codec pcmu() {
  Codec codec;
  codec.name = "PCMU";
  return codec;
}

struct Party {
  SocketPair pair;
  std::unique_ptr<Stream> stream;
  std::vector<Event> events;
  SocketAddress rtp, rtcp;

  explicit Party(const char* address = "127.0.0.1") {
    std::string why;
    if (!bindPair(address, 20000, 60000, 46, pair, why)) check::fail(__FILE__, __LINE__, why);
    rtp.address = rtcp.address = address;
    rtp.port = pair.rtpPort;
    rtcp.port = pair.rtcpPort;
  }
  StreamConfig config(const SocketAddress& toRtp, const SocketAddress& toRtcp) const {
    StreamConfig config;
    config.rtp = toRtp;
    config.rtcp = toRtcp;
    config.send = pcmu();
    config.receive = {pcmu()};
    config.eventSend = config.eventReceive = 101;
    config.cname = "test@example.com";
    return config;
  }
  bool open(const StreamConfig& config) {
    std::string why;
    stream = Stream::create("call:1", std::move(pair), config, [this](Event&& event) { events.push_back(std::move(event)); }, why);
    if (!stream) check::fail(__FILE__, __LINE__, why);
    return stream != nullptr;
  }
  bool update(const StreamConfig& config, std::string& why) const {
    const auto setting = stream->prepare(config, why);
    if (setting) stream->apply(*setting);
    return setting != nullptr;
  }
  template <typename E>
  std::vector<E> all() const {
    std::vector<E> out;
    for (const Event& each : events) {
      if (const E* one = std::get_if<E>(&each)) out.push_back(*one);
    }
    return out;
  }
};

struct Room {
  int64_t nowNs = 1'000'000'000;
  std::vector<Party*> parties;
  /** What each heard last, and the loudest. */
  std::vector<int> loudest;

  explicit Room(std::vector<Party*> all) : parties(std::move(all)) {}

  /** Lets `ms` pass; everybody says `value`. */
  void run(int ms, int16_t value = 0) {
    loudest.assign(parties.size(), 0);
    for (int i = 0; i < ms; i += 10) {
      nowNs += 10'000'000;
      for (size_t k = 0; k < parties.size(); k++) {
        Stream& stream = *parties[k]->stream;
        int16_t out[80], in[80];
        std::fill_n(in, 80, value);
        stream.onRtpReadable(nowNs - 3'000'000);
        stream.onRtcpReadable(nowNs - 3'000'000);
        stream.give(out, 80, nowNs);
        for (int16_t each : out) loudest[k] = std::max(loudest[k], std::abs(int(each)));
        stream.take(in, 80, nowNs);
        stream.tick(nowNs);
      }
    }
  }
};

/** A bare socket that stands for a stranger or a scripted peer. */
struct Raw {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  SocketAddress address;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  Raw() {
    Endpoint local;
    parseEndpoint("127.0.0.1", 0, local);
    local.length = sizeof local.v4;
    if (bind(fd, &local.generic, local.length) != 0) check::fail(__FILE__, __LINE__, "bind");
    getsockname(fd, &local.generic, &local.length);
    address = toSocketAddress(local);
  }
  ~Raw() { close(fd); }
  void send(const SocketAddress& to, const void* data, size_t size) const {
    Endpoint end;
    parseEndpoint(to, end);
    if (sendto(fd, data, size, 0, &end.generic, end.length) != ssize_t(size)) check::fail(__FILE__, __LINE__, "sendto");
  }
  void voice(const SocketAddress& to, uint32_t ssrc, uint8_t level = 0x10, uint8_t payloadType = 0) {
    uint8_t packet[kRtpHeaderSize + 160];
    RtpHeader header;
    header.payloadType = payloadType;
    header.sequence = sequence++;
    header.timestamp = timestamp;
    header.ssrc = ssrc;
    timestamp += 160;
    buildRtpHeader(header, packet);
    std::memset(packet + kRtpHeaderSize, level, 160);
    send(to, packet, sizeof packet);
  }
  size_t read(uint8_t* packet, size_t room) const {
    const ssize_t size = recv(fd, packet, room, 0);
    return size < 0 ? 0 : size_t(size);
  }
};

}  // namespace room
