// epoll over the sockets of all streams; neither locks nor allocates.
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
/** Lowest bit of an event's mark; the rest is the address of its stream. 0: woken. */
enum : uintptr_t { kRtp = 0, kRtcp = 1 };
static_assert(alignof(Stream) > kRtcp);
}  // namespace

NetworkThread::NetworkThread(int priority, std::atomic<int64_t>& lastPacketNs)
    : priority_(priority), lastPacketNs_(lastPacketNs), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  epoll_event waking{};
  waking.events = EPOLLIN;
  waking.data.u64 = 0;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.fd(), &waking) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  sem_init(&passed_, 0, 0);
}

NetworkThread::~NetworkThread() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
  thread_.join();
  sem_destroy(&passed_);
  close(epoll_);
}

bool NetworkThread::add(Stream& stream, std::string& why) {
  const auto watch = [&](int fd, uintptr_t which) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = reinterpret_cast<uintptr_t>(&stream) | which;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  };
  const int sendRtp = stream.sendRtpFd(), sendRtcp = stream.sendRtcpFd();
  const bool watched = watch(stream.rtpFd(), kRtp) && watch(stream.rtcpFd(), kRtcp) &&
                       (sendRtp < 0 || watch(sendRtp, kRtp)) && (sendRtcp < 0 || watch(sendRtcp, kRtcp));
  if (!watched) {
    why = std::string("epoll_ctl: ") + std::strerror(errno);
    remove(stream);
    return false;
  }
  if (!thread_.started()) thread_.start("offhook-net", priority_, [this] { run(); });
  return true;
}

void NetworkThread::remove(Stream& stream) {
  // An unwatched descriptor is refused, and that is as good.
  for (const int fd : {stream.rtpFd(), stream.rtcpFd(), stream.sendRtpFd(), stream.sendRtcpFd()})
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  if (!thread_.started()) return;
  // What it was told before may still be in the hands of the thread, until that begins another round.
  asked_.fetch_add(1, std::memory_order_release);
  wake_.notify();
  while (sem_wait(&passed_) != 0) {
  }
}

void NetworkThread::run() {
  epoll_event ready[kBatch];
  uint32_t answered = 0;
  while (!stopping_.load(std::memory_order_acquire)) {
    if (const uint32_t asked = asked_.load(std::memory_order_acquire); asked != answered) {
      answered = asked;
      sem_post(&passed_);
    }
    const int count = epoll_wait(epoll_, ready, kBatch, -1);
    const int64_t now = monotonicNs();
    for (int i = 0; i < count; i++) {
      const uintptr_t mark = ready[i].data.u64;
      if (mark == 0) {
        wake_.clear();
        continue;
      }
      Stream& stream = *reinterpret_cast<Stream*>(mark & ~uintptr_t{kRtcp});
      if ((mark & kRtcp) == 0) {
        stream.onRtpReadable(now);
        lastPacketNs_.store(now, std::memory_order_relaxed);
      } else {
        stream.onRtcpReadable(now);
      }
    }
  }
}

}  // namespace offhook
