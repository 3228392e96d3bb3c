// A named thread with a small stack that is joined when destroyed; real-time scheduling where the system permits it.
#pragma once

#include <pthread.h>

#include <functional>
#include <string>

namespace offhook {

class Thread {
 public:
  Thread() = default;
  ~Thread() { join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /**
   * Runs `body` on a new thread. `name`: 15 characters at most. `priority` 1–99 asks for SCHED_FIFO, 0 for ordinary
   * scheduling; when the system refuses, the thread runs without it and realtime() says so.
   * Throws std::system_error when no thread can be made.
   */
  void start(const char* name, int priority, std::function<void()> body);
  /** Waits for the body to return; harmless when not started. */
  void join();
  bool started() const { return started_; }
  bool realtime() const { return realtime_; }

 private:
  static void* run(void* self);

  pthread_t thread_{};
  bool started_ = false, realtime_ = false;
  std::function<void()> body_;
};

}  // namespace offhook
