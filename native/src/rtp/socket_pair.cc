// RTP/RTCP socket pairs: an even port and the next one (RFC 3550 §11).
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "../base/random.h"
#include "../net/endpoint.h"
#include "stream.h"

namespace offhook {

SocketPair::SocketPair(SocketPair&& other) noexcept
    : rtp(std::exchange(other.rtp, -1)), rtcp(std::exchange(other.rtcp, -1)), address(std::move(other.address)), unmarked(std::move(other.unmarked)), rtpPort(other.rtpPort), rtcpPort(other.rtcpPort) {}

SocketPair& SocketPair::operator=(SocketPair&& other) noexcept {
  std::swap(rtp, other.rtp);
  std::swap(rtcp, other.rtcp);
  std::swap(address, other.address);
  std::swap(unmarked, other.unmarked);
  std::swap(rtpPort, other.rtpPort);
  std::swap(rtcpPort, other.rtcpPort);
  return *this;
}

SocketPair::~SocketPair() {
  if (rtp >= 0) close(rtp);
  if (rtcp >= 0) close(rtcp);
}

namespace {
/** The bound socket, or -1 with errno. `unmarked`: what the system refused of its mark. */
int bindUdp(Endpoint local, uint16_t port, uint8_t dscp, std::string& unmarked) {
  const int fd = socket(local.generic.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  local.setPort(port);
  const int only = 1;
  const bool done = (!local.isV6() || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0) &&
                    bind(fd, &local.generic, local.length) == 0;
  if (done) {
    unmarked = markPackets(fd, local.isV6(), dscp, kVoicePriority);
    return fd;
  }
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}
}  // namespace

bool bindPair(const std::string& address, uint16_t min, uint16_t max, uint8_t dscp, SocketPair& out, std::string& why) {
  Endpoint local;
  if (!parseEndpoint(address.c_str(), 0, local)) return why = "no address: " + address, false;
  if (dscp > 63) return why = "no DSCP: " + std::to_string(dscp), false;
  const uint32_t first = (uint32_t(min) + 1) & ~1u;
  if (first == 0 || first + 1 > max) return why = "no even port and the next one in " + std::to_string(min) + "–" + std::to_string(max), false;
  const uint32_t pairs = (max - first + 1) / 2;
  const uint32_t start = randomWords<1>()[0] % pairs;
  for (uint32_t i = 0; i < pairs; i++) {
    const uint16_t port = uint16_t(first + 2 * ((start + i) % pairs));
    SocketPair pair;
    pair.rtp = bindUdp(local, port, dscp, pair.unmarked);
    if (pair.rtp >= 0) pair.rtcp = bindUdp(local, uint16_t(port + 1), dscp, pair.unmarked);
    if (pair.rtcp < 0) {
      if (errno == EADDRINUSE || errno == EACCES) continue;
      return why = "cannot bind " + address + ": " + errnoName(errno), false;
    }
    pair.address = address;
    pair.rtpPort = port;
    pair.rtcpPort = uint16_t(port + 1);
    out = std::move(pair);
    return true;
  }
  why = "every port of " + address + " in " + std::to_string(min) + "–" + std::to_string(max) + " is taken";
  return false;
}

}  // namespace offhook
