// pthreads: std::thread has neither stack size nor scheduling.
#include "rt/thread.h"

#include <sched.h>
#include <signal.h>

#include <system_error>

namespace offhook {

namespace {
constexpr size_t kStackBytes = 256 * 1024;
}

void* Thread::run(void* self) {
  static_cast<Thread*>(self)->body_();
  return nullptr;
}

void Thread::start(const char* name, int priority, std::function<void()> body) {
  body_ = std::move(body);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  // Signals belong to the host process's own threads; new threads inherit the mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&thread_, &attributes, run, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error) throw std::system_error(error, std::generic_category(), std::string("thread ") + name);
  started_ = true;
  pthread_setname_np(thread_, name);
  const sched_param order{priority};
  realtime_ = priority > 0 && pthread_setschedparam(thread_, SCHED_FIFO, &order) == 0;
}

void Thread::join() {
  if (!started_) return;
  pthread_join(thread_, nullptr);
  started_ = false;
}

}  // namespace offhook
