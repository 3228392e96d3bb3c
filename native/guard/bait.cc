// Shows that the guard bites: a thread by the name of an audio thread does what its argument says.
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {
std::atomic<bool> named{false};
std::atomic<void*> kept;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void* act(void* argument) {
  const std::string what = static_cast<const char*>(argument);
  const int wake = eventfd(0, 0);
  while (!named) {
  }
  const uint64_t one = 1;
  if (write(wake, &one, sizeof one) != sizeof one) std::_Exit(3);
  if (what == "malloc") kept = std::malloc(10);
  if (what == "mutex") pthread_mutex_lock(&mutex);
  if (what == "write") std::_Exit(write(1, "x", 1) == 1 ? 0 : 3);
  if (what == "open") std::_Exit(open("/dev/null", O_RDONLY) >= 0 ? 0 : 3);
  std::_Exit(0);
}
}  // namespace

int main(int, char** arguments) {
  static char argument[16];
  std::strncpy(argument, arguments[1], sizeof argument - 1);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, act, argument) != 0) return 2;
  pthread_setname_np(thread, "offhook-tick");
  named = true;
  pthread_join(thread, nullptr);
  return 2;
}
