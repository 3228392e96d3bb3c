// One thread for all reading and writing of audio files, so that no disk ever holds up audio or commands.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "rt/thread.h"
#include "rt/wake.h"

namespace offhook {

/** A file being read or written. */
class FileJob {
 public:
  virtual ~FileJob() = default;
  /** Worker thread, about every 100 ms and after a kick. False: finished, do not call again. */
  virtual bool service(int64_t nowNs) = 0;
};

class FileWorker {
 public:
  /** Lets every job finish what it has: those of closed ports end, the others are abandoned. */
  ~FileWorker();
  /** The thread starts with the first job. */
  void add(std::shared_ptr<FileJob> job);
  /** Services all jobs soon; any thread. */
  void kick() { wake_.notify(); }

 private:
  void run();
  std::mutex mutex_;
  std::vector<std::shared_ptr<FileJob>> arriving_;  // guarded by mutex_
  bool stopping_ = false;                           // guarded by mutex_
  Wake wake_;
  Thread thread_;
};

}  // namespace offhook
