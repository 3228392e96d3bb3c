// Endpoints to text and back.
#include "endpoint.h"

#include <arpa/inet.h>

#include <cerrno>

namespace offhook {

bool Endpoint::isAny() const {
  return isV6() ? IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) != 0 : v4.sin_addr.s_addr == INADDR_ANY;
}

bool Endpoint::sameHost(const Endpoint& other) const {
  if (length != other.length || generic.sa_family != other.generic.sa_family) return false;
  return length == 0 || std::memcmp(bytes(), other.bytes(), byteCount()) == 0;
}

const uint8_t* Endpoint::bytes() const {
  return isV6() ? v6.sin6_addr.s6_addr : reinterpret_cast<const uint8_t*>(&v4.sin_addr);
}

std::string Endpoint::address() const {
  if (!isSet()) return "";
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(generic.sa_family, bytes(), text, sizeof text) ? text : "";
}

bool parseEndpoint(const char* address, uint16_t port, Endpoint& out) {
  Endpoint parsed;
  if (inet_pton(AF_INET, address, &parsed.v4.sin_addr) == 1) {
    parsed.v4.sin_family = AF_INET;
    parsed.length = sizeof parsed.v4;
  } else if (inet_pton(AF_INET6, address, &parsed.v6.sin6_addr) == 1) {
    parsed.v6.sin6_family = AF_INET6;
    parsed.length = sizeof parsed.v6;
  } else {
    return false;
  }
  parsed.setPort(port);
  out = parsed;
  return true;
}

SocketAddress toSocketAddress(const Endpoint& endpoint) {
  SocketAddress text;
  text.address = endpoint.address();
  text.port = endpoint.isSet() ? endpoint.port() : 0;
  return text;
}

std::string errnoName(int error) {
  const char* name = strerrorname_np(error);
  return name ? name : "E" + std::to_string(error);
}

std::string markPackets(int fd, bool v6, uint8_t dscp, int priority) {
  const int trafficClass = dscp << 2;
  const int done = v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &trafficClass, sizeof trafficClass)
                      : setsockopt(fd, IPPROTO_IP, IP_TOS, &trafficClass, sizeof trafficClass);
  if (done != 0) return std::string(v6 ? "IPV6_TCLASS " : "IP_TOS ") + errnoName(errno);
  // After the traffic class: the kernel derives a priority from that.
  if (setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof priority) != 0) return "SO_PRIORITY " + errnoName(errno);
  return "";
}

}  // namespace offhook
