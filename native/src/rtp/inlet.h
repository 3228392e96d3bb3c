// From the socket to the stream without copying or allocating: a pool of packets, lent out until they are given back. The
// packet given back last is used first, and memory that was never needed is never touched: a stream on a quiet network lives
// on a few packets. Read once per tick: nobody has to wake up for a packet, as the kernel notes when it came.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../net/endpoint.h"
#include "packet.h"

namespace offhook {

constexpr size_t kMaxPacket = 1500;

struct Packet {
  int64_t arrivedNs = 0;
  Endpoint from;
  size_t size = 0;
  uint8_t bytes[kMaxPacket];
};

class Inlet {
 public:
  /** Read at once at most: more than a socket's buffer holds of small packets, so that what nobody wants does not pile up in it. */
  static constexpr size_t kMostAtOnce = 512;

  explicit Inlet(size_t packets);

  /** Reads what waits. `nowNs`: when packets came of which the kernel does not say it (see SocketPair::noteArrivals). */
  void receive(int fd, int64_t nowNs);
  /** The next packet, now the caller's; nullptr when none waits. */
  Packet* next();
  void giveBack(Packet* packet) { free_.push_back(packet); }
  /** From now on packets from elsewhere are dropped. Unset endpoints accept nothing; both unset: all. */
  void accept(const Endpoint& one, const Endpoint& other);
  /** When the latest packet came that was not dropped, 0 before any. */
  int64_t latestNs() const { return latestNs_; }

  /** Packets too large, from elsewhere, or without room. */
  uint64_t oversize() const { return oversize_; }
  uint64_t strange() const { return strange_; }
  uint64_t overflowed() const { return overflowed_; }

 private:
  static constexpr size_t kBatch = 8;
  /** Packets ready for one read, where there are more of them in the pool: one that comes, and one to see that no other does. */
  static constexpr size_t kReady = 2;
  /** An endpoint as one word, quickly compared; 0 for none. */
  static uint64_t keyOf(const Endpoint& endpoint);
  bool isWelcome(const Endpoint& from) const;

  void makeReady();
  void take(Packet* packet, msghdr& header, size_t size, int64_t nowNs);

  const size_t packets_;
  const std::unique_ptr<std::byte[]> pool_;
  /** So many packets of the pool have been used ever. */
  size_t made_ = 0;
  /** The one to be used next last. */
  std::vector<Packet*> free_;
  /** In the order they came; those before `taken_` have been taken. */
  std::vector<Packet*> came_;
  size_t taken_ = 0;
  uint64_t one_ = 0, other_ = 0;
  int64_t latestNs_ = 0;
  uint64_t oversize_ = 0, strange_ = 0, overflowed_ = 0;
};

}  // namespace offhook
