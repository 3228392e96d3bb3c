// recvmmsg straight into the packets of the pool.
#include "inlet.h"

#include <sys/uio.h>

#include <algorithm>
#include <new>
#include <type_traits>

namespace offhook {

static_assert(std::is_trivially_destructible_v<Packet>, "the pool is given back as bytes");

Inlet::Inlet(size_t packets) : packets_(packets), pool_(new std::byte[packets * sizeof(Packet)]), free_(packets), full_(packets) {
  hand_.reserve(packets);
}

void Inlet::fillHand() {
  Packet* packet;
  while (free_.pop(packet)) hand_.push_back(packet);
  while (hand_.size() < kBatch && made_ < packets_) hand_.insert(hand_.begin(), new (pool_.get() + made_++ * sizeof(Packet)) Packet);
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
  for (size_t total = 0; total < packets_; total += kBatch) {
    fillHand();
    mmsghdr headers[kBatch] = {};
    iovec parts[kBatch];
    Packet* batch[kBatch];
    Packet spare;  // The tick thread is late: what waits is read all the same, or the socket would stay readable.
    const size_t room = std::clamp<size_t>(hand_.size(), 1, kBatch);
    for (size_t i = 0; i < room; i++) {
      batch[i] = hand_.empty() ? &spare : hand_[hand_.size() - 1 - i];
      parts[i] = {batch[i]->bytes, kMaxPacket};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &batch[i]->from.generic;
      headers[i].msg_hdr.msg_namelen = sizeof batch[i]->from.v6;
    }
    const int got = recvmmsg(fd, headers, unsigned(room), MSG_DONTWAIT, nullptr);
    if (got <= 0) return;
    if (hand_.empty()) {
      overflowed_.fetch_add(1, std::memory_order_relaxed);
    } else {
      hand_.resize(hand_.size() - size_t(got));
      for (size_t i = 0; i < size_t(got); i++) hand(batch[i], headers[i].msg_hdr, headers[i].msg_len, nowNs);
    }
    if (size_t(got) < room) return;
  }
}

void Inlet::hand(Packet* packet, const msghdr& header, size_t size, int64_t nowNs) {
  packet->from.length = header.msg_namelen;
  packet->size = size;
  packet->arrivedNs = nowNs;
  const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
  if (whole && isWelcome(packet->from)) {
    full_.push(packet);
    return;
  }
  (whole ? strange_ : oversize_).fetch_add(1, std::memory_order_relaxed);
  hand_.push_back(packet);
}

Packet* Inlet::next() {
  Packet* packet = nullptr;
  return full_.pop(packet) ? packet : nullptr;
}

}  // namespace offhook
