// The thread that receives RTP and RTCP for all streams.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

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

 private:
  void run();
  const int priority_;
  std::atomic<int64_t>& lastPacketNs_;
  int epoll_;
  std::atomic<bool> stopping_{false};
  uint64_t lastId_ = 0;
  // Held while a batch of packets is read, and while streams come and go: so a stream is never called after remove().
  std::mutex mutex_;
  std::map<uint64_t, Stream*> streams_;  // guarded by mutex_; an event left over from a removed stream finds nothing
  Wake wake_;
  Thread thread_;
};

}  // namespace offhook
