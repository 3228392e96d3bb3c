// recvmmsg straight into the packets of the pool.
#include "inlet.h"

#include <sys/uio.h>

#include <algorithm>
#include <ctime>
#include <new>
#include <type_traits>

namespace offhook {

static_assert(std::is_trivially_destructible_v<Packet>, "the pool is given back as bytes");

namespace {
constexpr int64_t kSecondNs = 1'000'000'000;

struct alignas(cmsghdr) Stamp {
  char bytes[CMSG_SPACE(sizeof(timespec))];
};

int64_t toNs(const timespec& time) { return int64_t(time.tv_sec) * kSecondNs + time.tv_nsec; }

int64_t clockNs(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return toNs(now);
}

/** When the kernel got it, on the monotonic clock. `nowNs` where it does not say, or its wall clock was set meanwhile. */
int64_t arrivalOf(msghdr& header, int64_t nowNs) {
  const cmsghdr* const note = CMSG_FIRSTHDR(&header);
  if (!note || note->cmsg_level != SOL_SOCKET || note->cmsg_type != SCM_TIMESTAMPNS) return nowNs;
  timespec came = {};
  std::memcpy(&came, CMSG_DATA(note), sizeof came);
  const int64_t agoNs = clockNs(CLOCK_REALTIME) - toNs(came);
  return agoNs >= 0 && agoNs < kSecondNs ? clockNs(CLOCK_MONOTONIC) - agoNs : nowNs;
}
}  // namespace

Inlet::Inlet(size_t packets) : packets_(packets), pool_(new std::byte[packets * sizeof(Packet)]) {
  free_.reserve(packets);
  came_.reserve(packets);
}

void Inlet::makeReady() {
  while (free_.size() < kReady && made_ < packets_) free_.insert(free_.begin(), new (pool_.get() + made_++ * sizeof(Packet)) Packet);
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
  one_ = keyOf(one);
  other_ = keyOf(other);
}

bool Inlet::isWelcome(const Endpoint& from) const {
  if (one_ == 0 && other_ == 0) return true;
  const uint64_t key = keyOf(from);
  return key == one_ || key == other_;
}

void Inlet::receive(int fd, int64_t nowNs) {
  for (size_t total = 0; total < kMostAtOnce;) {
    makeReady();
    mmsghdr headers[kBatch] = {};
    iovec parts[kBatch];
    Stamp stamps[kBatch];
    Packet* batch[kBatch];
    Packet spare;  // All are lent out: what waits is read all the same, and lost.
    const size_t room = std::clamp<size_t>(free_.size(), 1, kBatch);
    for (size_t i = 0; i < room; i++) {
      batch[i] = free_.empty() ? &spare : free_[free_.size() - 1 - i];
      parts[i] = {batch[i]->bytes, kMaxPacket};
      msghdr& header = headers[i].msg_hdr;
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_name = &batch[i]->from.generic;
      header.msg_namelen = sizeof batch[i]->from.v6;
      header.msg_control = &stamps[i];
      header.msg_controllen = sizeof stamps[i];
    }
    const int got = recvmmsg(fd, headers, unsigned(room), MSG_DONTWAIT, nullptr);
    if (got <= 0) return;
    total += size_t(got);
    if (free_.empty()) {
      overflowed_++;
      continue;
    }
    free_.resize(free_.size() - size_t(got));
    for (size_t i = 0; i < size_t(got); i++) take(batch[i], headers[i].msg_hdr, headers[i].msg_len, nowNs);
    if (size_t(got) < room) return;
  }
}

void Inlet::take(Packet* packet, msghdr& header, size_t size, int64_t nowNs) {
  packet->from.length = header.msg_namelen;
  packet->size = size;
  const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
  if (!whole || !isWelcome(packet->from)) {
    ++(whole ? strange_ : oversize_);
    return giveBack(packet);
  }
  packet->arrivedNs = arrivalOf(header, nowNs);
  latestNs_ = packet->arrivedNs;
  came_.push_back(packet);
}

Packet* Inlet::next() {
  if (taken_ < came_.size()) return came_[taken_++];
  came_.clear();
  taken_ = 0;
  return nullptr;
}

}  // namespace offhook
