// epoll over the sockets of all streams.
#include "engine/network_thread.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int kBatch = 64;
enum : uint64_t { kRtp = 0, kRtcp = 1 };  // lowest bit of an event's mark, above it the stream's id
}  // namespace

NetworkThread::NetworkThread(int priority, std::atomic<int64_t>& lastPacketNs)
    : priority_(priority), lastPacketNs_(lastPacketNs), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  epoll_event waking{};
  waking.events = EPOLLIN;
  waking.data.u64 = 0;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.fd(), &waking) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

NetworkThread::~NetworkThread() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
  thread_.join();
  close(epoll_);
}

bool NetworkThread::add(Stream& stream, std::string& why) {
  const uint64_t id = ++lastId_;
  {
    const std::lock_guard<std::mutex> hold(mutex_);
    streams_[id] = &stream;
  }
  const auto watch = [&](int fd, uint64_t which) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id << 1 | which;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  };
  if (!watch(stream.rtpFd(), kRtp) || !watch(stream.rtcpFd(), kRtcp)) {
    why = std::string("epoll_ctl: ") + std::strerror(errno);
    remove(stream);
    return false;
  }
  if (!thread_.started()) thread_.start("offhook-net", priority_, [this] { run(); });
  return true;
}

void NetworkThread::remove(Stream& stream) {
  const std::lock_guard<std::mutex> hold(mutex_);
  for (auto each = streams_.begin(); each != streams_.end(); ++each) {
    if (each->second != &stream) continue;
    // An unwatched descriptor is refused, and that is as good.
    epoll_ctl(epoll_, EPOLL_CTL_DEL, stream.rtpFd(), nullptr);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, stream.rtcpFd(), nullptr);
    streams_.erase(each);
    return;
  }
}

void NetworkThread::run() {
  epoll_event ready[kBatch];
  while (!stopping_.load(std::memory_order_acquire)) {
    const int count = epoll_wait(epoll_, ready, kBatch, -1);
    const std::lock_guard<std::mutex> hold(mutex_);
    const int64_t now = monotonicNs();
    for (int i = 0; i < count; i++) {
      const uint64_t mark = ready[i].data.u64;
      const auto found = streams_.find(mark >> 1);
      if (mark == 0) wake_.clear();
      if (found == streams_.end()) continue;
      if ((mark & 1) == kRtp) {
        found->second->onRtpReadable(now);
        lastPacketNs_.store(now, std::memory_order_relaxed);
      } else {
        found->second->onRtcpReadable(now);
      }
    }
  }
}

}  // namespace offhook
