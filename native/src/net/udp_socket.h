// A non-blocking UDP socket that reads and writes many datagrams per system call and tells ICMP errors by destination.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "endpoint.h"

struct mmsghdr;

namespace offhook {

struct Datagram {
  const char* data = nullptr;
  size_t size = 0;
  Endpoint from;
  /** The address it was sent to, with the bound port; unset unless the socket is bound to any-address. */
  Endpoint local;
};

/** A destination the network or its host refused (ICMP), or this host could not send to. */
struct Unreachable {
  Endpoint to;
  int error = 0;
};

class UdpSocket {
 public:
  static constexpr size_t kBatch = 16;
  static constexpr size_t kMaxDatagram = 65536;
  static constexpr size_t kMaxQueued = 64, kMaxQueuedBytes = 256 * 1024;

  /** nullptr with `error` (errno) when the address or port cannot be had. Port 0: the kernel chooses. */
  static std::unique_ptr<UdpSocket> open(const Endpoint& local, uint8_t dscp, int& error);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const { return fd_; }
  const Endpoint& local() const { return local_; }

  /** Up to `most` (at most kBatch) datagrams, valid until the next call; 0 when none waits. `error`: what the socket itself suffers, else 0. */
  size_t receive(size_t most, const Datagram*& first, int& error);
  /** The next ICMP error (not those about datagram size); false when none waits. */
  bool nextError(Unreachable& out);

  /**
   * Room for a datagram of `size` bytes in the queue; nullptr when the queue is full even after a flush (then it is
   * dropped and counted). Fill it, then call queue().
   */
  char* room(size_t size);
  void queue(const Endpoint& to, size_t size);
  /** Sends what is queued. False when the kernel took no more: call again once writable. */
  bool flush();
  bool hasQueued() const { return sent_ < queued_.size(); }
  /** A destination flush() could not send to; false when there is no more. */
  bool nextFailure(Unreachable& out);

  /** Datagrams lost to a full kernel buffer. */
  uint64_t overflowed() const;

  /** What the system refused of the mark, or "". */
  std::string unmarked;
  uint64_t received = 0, sent = 0, sendDropped = 0, unreachable = 0;

 private:
  UdpSocket(int fd, const Endpoint& local);
  struct Outgoing {
    Endpoint to;
    size_t offset = 0, size = 0;
  };

  const int fd_;
  Endpoint local_;
  const bool wantsLocal_;
  struct Headers;
  std::unique_ptr<Headers> headers_;
  std::unique_ptr<char[]> inBytes_, outBytes_;
  std::vector<Datagram> in_;
  std::vector<Outgoing> queued_;
  size_t outUsed_ = 0, sent_ = 0;
  std::vector<Unreachable> failures_;
};

}  // namespace offhook
