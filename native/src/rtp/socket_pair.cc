// RTP/RTCP socket pairs: an even port and the next one (RFC 3550 §11).
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "../base/random.h"
#include "../net/endpoint.h"
#include "stream.h"

namespace offhook {

SocketPair::SocketPair(SocketPair&& other) noexcept { *this = std::move(other); }

SocketPair& SocketPair::operator=(SocketPair&& other) noexcept {
  std::swap(rtp, other.rtp);
  std::swap(rtcp, other.rtcp);
  std::swap(sendRtp, other.sendRtp);
  std::swap(sendRtcp, other.sendRtcp);
  std::swap(address, other.address);
  std::swap(unmarked, other.unmarked);
  std::swap(rtpPort, other.rtpPort);
  std::swap(rtcpPort, other.rtcpPort);
  std::swap(brought, other.brought);
  return *this;
}

SocketPair::~SocketPair() {
  for (const int fd : {rtp, rtcp, sendRtp, sendRtcp})
    if (fd >= 0) close(fd);
}

void SocketPair::sendFrom(SocketPair&& other) {
  std::swap(sendRtp, other.rtp);
  std::swap(sendRtcp, other.rtcp);
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

/** A socket of `source`, and where it is bound; -1 with `why`. */
int bring(const SocketSource& source, uint8_t dscp, Endpoint& local, std::string& unmarked, std::string& why) {
  if (source.fd < 0) {
    if (!parseEndpoint(source.at, local)) return why = "no address: " + source.at.address, -1;
    const int fd = bindUdp(local, source.at.port, dscp, unmarked);
    if (fd < 0) why = "cannot bind " + source.at.address + " port " + std::to_string(source.at.port) + ": " + errnoName(errno);
    return fd;
  }
  const std::string name = "descriptor " + std::to_string(source.fd) + ": ";
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(source.fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return why = name + errnoName(errno), -1;
  local.length = sizeof local.v6;
  if (type != SOCK_DGRAM || getsockname(source.fd, &local.generic, &local.length) != 0 ||
      (local.generic.sa_family != AF_INET && local.generic.sa_family != AF_INET6))
    return why = name + "expected a UDP socket", -1;
  if (local.port() == 0) return why = name + "expected a bound socket", -1;
  const int fd = fcntl(source.fd, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return why = name + errnoName(errno), -1;
  unmarked = markPackets(fd, local.isV6(), dscp, kVoicePriority);
  return fd;
}
}  // namespace

bool bringPair(const command::BringPair& order, SocketPair& out, std::string& why) {
  SocketPair pair;
  Endpoint local, control;
  pair.rtp = bring(order.rtp, order.dscp, local, pair.unmarked, why);
  if (pair.rtp < 0) return false;
  const SocketSource next{-1, {local.address(), uint16_t(local.port() + 1)}};
  pair.rtcp = bring(order.rtcp.value_or(next), order.dscp, control, pair.unmarked, why);
  if (pair.rtcp < 0) return false;
  if (local.isV6() != control.isV6()) return why = "RTP and RTCP are of two families", false;
  pair.address = local.address();
  pair.rtpPort = local.port();
  pair.rtcpPort = control.port();
  pair.brought = true;
  out = std::move(pair);
  return true;
}

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
