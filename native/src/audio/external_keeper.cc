// The thread of an external device that listens on its socket and greets the processes that come.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "audio/external_device.h"
#include "rt/clock.h"

namespace offhook {

namespace {

constexpr int64_t kPatienceNs = 5 * kSecondNs;  // for the first process to come, and between attempts to listen
constexpr int64_t kGreetingNs = 10 * kSecondNs; // opening devices takes its time
constexpr int kSendBufferBytes = 64 * 1024;     // far more than the backlog that is let grow

std::string saying(const std::string& what) { return what + ": " + std::strerror(errno); }

/** Only the user that runs the engine may bring it sound. */
bool sameUser(int fd) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

}  // namespace

ExternalKeeper::ExternalKeeper(const DeviceConfig& config, Report report, DeviceCounters& counts)
    : counters(counts), config_(config), report_(std::move(report)) {
  thread_.start("offhook-extern", 0, [this] { run(); });
}

ExternalKeeper::~ExternalKeeper() {
  stop();
  thread_.join();
  delete greeted_.load();
  delete returned_.load();
}

void ExternalKeeper::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
}

void ExternalKeeper::giveBack(ExternalPeer* peer) {
  returned_.store(peer, std::memory_order_release);
  wake_.notify();
}

void ExternalKeeper::tellFailed(const std::string& why) {
  if (why == told_) return;
  told_ = why;
  report_(event::PortFailed{{}, why});
}

int ExternalKeeper::listen(std::string& why) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return why = saying("socket"), -1;
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, config_.socket.c_str(), config_.socket.size() + 1);
  struct stat left;
  if (lstat(at.sun_path, &left) == 0 && S_ISSOCK(left.st_mode)) unlink(at.sun_path);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && ::listen(fd, 1) == 0) return fd;
  why = saying("listening on " + config_.socket);
  close(fd);
  return -1;
}

bool ExternalKeeper::readable(int fd, int64_t untilNs) {
  while (!stopping_.load(std::memory_order_acquire)) {
    const int64_t left = untilNs < 0 ? -1 : std::max<int64_t>(0, untilNs - monotonicNs());
    pollfd polls[] = {{wake_.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
    const int found = poll(polls, 2, left < 0 ? -1 : static_cast<int>(left / kMillisecondNs) + 1);
    if (polls[0].revents) wake_.clear();
    if (found > 0 && polls[1].revents) return true;
    if (untilNs >= 0 && monotonicNs() >= untilNs) return false;
  }
  return false;
}

bool ExternalKeeper::readAll(int fd, uint8_t* to, size_t bytes, int64_t untilNs) {
  while (bytes > 0) {
    if (!readable(fd, untilNs)) return false;
    const ssize_t got = recv(fd, to, bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (got < 0) continue;
    to += got;
    bytes -= static_cast<size_t>(got);
  }
  return true;
}

bool ExternalKeeper::greet(int fd, std::string& text) {
  using namespace external_wire;
  const int64_t until = monotonicNs() + kGreetingNs;
  uint8_t head[kHeadBytes];
  text = "the process that should carry its sound left, or was silent, before it had its devices open";
  if (!readAll(fd, head, kHeadBytes, until)) return false;
  const uint16_t kind = u16(head), length = u16(head + 2);
  std::string body(length, '\0');
  if ((kind != kHello && kind != kFailed) || length > kMostBodyBytes) {
    text = "what came on " + config_.socket + " is no process that carries sound";
    return false;
  }
  if (!readAll(fd, reinterpret_cast<uint8_t*>(body.data()), length, until)) return false;
  text = std::move(body);
  return kind == kHello;
}

void ExternalKeeper::run() {
  int listening = -1;
  int64_t until = monotonicNs() + kPatienceNs;
  while (!stopping_.load(std::memory_order_acquire)) {
    std::string text;
    if (listening < 0 && (listening = listen(text)) < 0) {
      tellFailed(text);
      const int64_t retry = monotonicNs() + kPatienceNs;
      while (!stopping_.load(std::memory_order_acquire) && monotonicNs() < retry) wake_.wait(retry);
      continue;
    }
    if (!readable(listening, until)) {
      until = -1;
      if (!stopping_.load(std::memory_order_acquire)) tellFailed("no process has come to " + config_.socket + " to carry its sound");
      continue;
    }
    const int fd = accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) continue;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    if (!sameUser(fd) || !greet(fd, text)) {
      close(fd);
      if (!text.empty() && !stopping_.load(std::memory_order_acquire)) tellFailed(text);
      until = -1;
      continue;
    }
    greeted_.store(new ExternalPeer(fd, config_.rate), std::memory_order_release);
    told_.clear();
    until = -1;
    report_(event::PortOpened{{}, config_.rate, text});
    ExternalPeer* back = nullptr;
    while (!stopping_.load(std::memory_order_acquire) && !(back = returned_.exchange(nullptr, std::memory_order_acq_rel)))
      wake_.wait(-1);
    if (back && back->broken) report_(event::PortLost{{}, std::string("audio device: ") + back->broken});
    delete back;
  }
  // The socket stays in its folder: by now it may be the next device's, and whoever listens there next replaces it.
  if (listening >= 0) close(listening);
  delete greeted_.exchange(nullptr);
  delete returned_.exchange(nullptr);
  stopped_.store(true, std::memory_order_release);
}

}  // namespace offhook
