// Wakes one sleeping thread from any other, real-time threads included (an eventfd: one system call at most, never blocks).
#pragma once

#include <atomic>
#include <cstdint>

namespace offhook {

class Wake {
 public:
  /** Throws std::system_error when the process has no file descriptor left. */
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  void notify();
  /** Sleeps until notified or until the monotonic time `untilNs`; negative: without limit. */
  void wait(int64_t untilNs);
  /** Forgets past notifications; for those who poll fd() themselves. */
  void clear();
  int fd() const { return fd_; }

 private:
  int fd_;
  /** A notification is on its way: another one would say nothing new, and need not cost a system call. */
  std::atomic<bool> pending_{false};
};


}  // namespace offhook
