// eventfd with a timed wait.
#include "rt/wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "rt/clock.h"

namespace offhook {

Wake::Wake() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}
Wake::~Wake() { close(fd_); }

void Wake::notify() {
  if (pending_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the sleeper is awake anyway.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void Wake::clear() {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
  // Read first: a notification between the two is not written, but what it tells of is there already for who reads on.
  pending_.exchange(false, std::memory_order_acq_rel);
}

void Wake::wait(int64_t untilNs) {
  pollfd poll{fd_, POLLIN, 0};
  timespec left{};
  if (untilNs >= 0) {
    const int64_t ns = std::max<int64_t>(0, untilNs - monotonicNs());
    left.tv_sec = ns / kSecondNs;
    left.tv_nsec = ns % kSecondNs;
  }
  if (ppoll(&poll, 1, untilNs >= 0 ? &left : nullptr, nullptr) > 0) clear();
}

}  // namespace offhook
