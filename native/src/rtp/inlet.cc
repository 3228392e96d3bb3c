// recvmmsg straight into the packets of the pool.
#include "inlet.h"

#include <sys/uio.h>

namespace offhook {

Inlet::Inlet(size_t packets) : pool_(packets), free_(packets), full_(packets) {
  for (Packet& each : pool_) free_.push(&each);
}

uint64_t Inlet::keyOf(const Endpoint& endpoint) {
  if (!endpoint.isSet()) return 0;
  uint64_t key = 0x9e3779b97f4a7c15u;
  uint64_t words[2] = {0, 0};
  std::memcpy(words, endpoint.bytes(), endpoint.byteCount());
  for (const uint64_t word : {words[0], words[1], uint64_t(endpoint.port())}) {
    key = (key ^ word) * 0xbf58476d1ce4e5b9u;
    key ^= key >> 29;
  }
  return key | 1;
}

void Inlet::accept(const Endpoint& one, const Endpoint& other) {
  one_.store(keyOf(one), std::memory_order_relaxed);
  other_.store(keyOf(other), std::memory_order_relaxed);
}

bool Inlet::isWelcome(const Endpoint& from) const {
  const uint64_t one = one_.load(std::memory_order_relaxed), other = other_.load(std::memory_order_relaxed);
  if (one == 0 && other == 0) return true;
  const uint64_t key = keyOf(from);
  return key == one || key == other;
}

void Inlet::receive(int fd, int64_t nowNs) {
  for (size_t total = 0; total < pool_.size(); total += kBatch) {
    while (inHand_ < kBatch && free_.pop(hand_[inHand_])) ++inHand_;
    mmsghdr headers[kBatch] = {};
    iovec parts[kBatch];
    Packet spare;  // The tick thread is late: what waits is read all the same, or the socket would stay readable.
    const size_t room = inHand_ > 0 ? inHand_ : 1;
    for (size_t i = 0; i < room; i++) {
      Packet& packet = inHand_ > 0 ? *hand_[i] : spare;
      parts[i] = {packet.bytes, kMaxPacket};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &packet.from.generic;
      headers[i].msg_hdr.msg_namelen = sizeof packet.from.v6;
    }
    const int got = recvmmsg(fd, headers, unsigned(room), MSG_DONTWAIT, nullptr);
    if (got <= 0) return;
    size_t kept = 0;
    for (size_t i = 0; i < size_t(got); i++) {
      if (inHand_ == 0) {
        overflowed_.fetch_add(1, std::memory_order_relaxed);
        break;
      }
      Packet* const packet = hand_[i];
      packet->from.length = headers[i].msg_hdr.msg_namelen;
      packet->size = headers[i].msg_len;
      packet->arrivedNs = nowNs;
      const bool whole = (headers[i].msg_hdr.msg_flags & MSG_TRUNC) == 0;
      if (whole && isWelcome(packet->from)) {
        full_.push(packet);
      } else {
        (whole ? strange_ : oversize_).fetch_add(1, std::memory_order_relaxed);
        hand_[kept++] = packet;
      }
    }
    if (inHand_ > 0) {
      for (size_t i = size_t(got); i < inHand_; i++) hand_[kept++] = hand_[i];
      inHand_ = kept;
    }
    if (size_t(got) < room) return;
  }
}

Packet* Inlet::next() {
  Packet* packet = nullptr;
  return full_.pop(packet) ? packet : nullptr;
}

}  // namespace offhook
