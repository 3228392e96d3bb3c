// The thread that receives RTP and RTCP for all streams.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "rt/thread.h"
#include "rt/wake.h"
#include "rtp/stream.h"

namespace offhook {

class NetworkThread {
 public:
  /** Tells `lastPacketNs` when RTP comes. Throws std::system_error without file descriptors. The thread starts with the first stream. */
  NetworkThread(int priority, std::atomic<int64_t>& lastPacketNs);
  ~NetworkThread();

  /** Control thread. False with `why` when the system refuses to watch its sockets. */
  bool add(Stream& stream, std::string& why);
  /** Control thread. Once this returns the stream is not called any more. */
  void remove(Stream& stream);

  /** Readable while packets wait that it has not read. */
  int fd() const { return epoll_; }

 private:
  void run();
  const int priority_;
  std::atomic<int64_t>& lastPacketNs_;
  int epoll_;
  std::atomic<bool> stopping_{false};
  /** Streams removed; posted for each when a round has begun since. */
  std::atomic<uint32_t> asked_{0};
  sem_t passed_;
  Wake wake_;
  Thread thread_;
};

}  // namespace offhook
