// From the socket on the network thread to the tick thread without copying, locking or allocating: a pool of packets whose
// pointers travel through two rings. The packet given back last is used first, and memory that was never needed is never
// touched: a stream on a quiet network lives on a few packets.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../base/spsc.h"
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
  explicit Inlet(size_t packets);

  // ---- network thread ---------------------------------------------------------------------------------------------
  /** Reads what waits, but no more than one pool's worth, so a flood cannot hold the thread. */
  void receive(int fd, int64_t nowNs);

  // ---- tick thread ------------------------------------------------------------------------------------------------
  /** The next packet, now the caller's; nullptr when none waits. */
  Packet* next();
  void giveBack(Packet* packet) { free_.push(packet); }
  /** From now on packets from elsewhere are dropped on the network thread. Unset endpoints accept nothing; both unset: all. */
  void accept(const Endpoint& one, const Endpoint& other);

  // ---- any thread -------------------------------------------------------------------------------------------------
  /** Packets too large, from elsewhere, or without room. */
  uint64_t oversize() const { return oversize_.load(std::memory_order_relaxed); }
  uint64_t strange() const { return strange_.load(std::memory_order_relaxed); }
  uint64_t overflowed() const { return overflowed_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kBatch = 8;
  /** An endpoint as one word that can be handed over without a lock; 0 for none. */
  static uint64_t keyOf(const Endpoint& endpoint);
  bool isWelcome(const Endpoint& from) const;

  void fillHand();
  void hand(Packet* packet, const msghdr& header, size_t size, int64_t nowNs);

  const size_t packets_;
  const std::unique_ptr<std::byte[]> pool_;
  /** So many packets of the pool have been used ever. */
  size_t made_ = 0;
  SpscRing<Packet*> free_, full_;
  /** The network thread's own stock, the one to be used next last. */
  std::vector<Packet*> hand_;
  std::atomic<uint64_t> one_{0}, other_{0};
  std::atomic<uint64_t> oversize_{0}, strange_{0}, overflowed_{0};
};

}  // namespace offhook
