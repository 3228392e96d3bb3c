// A socket address as the kernel takes it, and its text form.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "../base/contract.h"

namespace offhook {

/** An IPv4 or IPv6 address with a port; length 0 while unset. */
struct Endpoint {
  union {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t length = 0;

  Endpoint() { std::memset(&v6, 0, sizeof v6); }
  bool isSet() const { return length != 0; }
  bool isV6() const { return generic.sa_family == AF_INET6; }
  uint16_t port() const { return ntohs(isV6() ? v6.sin6_port : v4.sin_port); }
  void setPort(uint16_t port) { (isV6() ? v6.sin6_port : v4.sin_port) = htons(port); }
  /** True for 0.0.0.0 and ::. */
  bool isAny() const;
  bool sameHost(const Endpoint& other) const;
  bool operator==(const Endpoint& other) const { return sameHost(other) && (length == 0 || port() == other.port()); }
  bool operator!=(const Endpoint& other) const { return !(*this == other); }
  /** The address bytes in network order: 4 or 16 of them. */
  const uint8_t* bytes() const;
  size_t byteCount() const { return isV6() ? 16 : 4; }
  /** The literal without port, as inet_ntop prints it. */
  std::string address() const;
};

/** Parses an IPv4 or IPv6 literal (no brackets, no zone, no name). */
bool parseEndpoint(const char* address, uint16_t port, Endpoint& out);
inline bool parseEndpoint(const SocketAddress& from, Endpoint& out) { return parseEndpoint(from.address.c_str(), from.port, out); }
SocketAddress toSocketAddress(const Endpoint& endpoint);

/** `errno` as its name: ECONNREFUSED. */
std::string errnoName(int error);

/** 802.1D priorities of signalling and voice: what Wi-Fi and VLAN interfaces map to their own classes. */
constexpr int kSignallingPriority = 4, kVoicePriority = 6;

/**
 * Marks all packets a socket sends: DSCP 0–63 in the upper six bits of the traffic class (RFC 2474), and the priority inside
 * this host. Returns what the system refused, e.g. `IP_TOS EPERM`, or "": nobody goes unheard for want of a mark.
 */
std::string markPackets(int fd, bool v6, uint8_t dscp, int priority);

}  // namespace offhook
