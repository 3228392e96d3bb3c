// Serves the jobs in turn; sleeps while there are none.
#include "audio/file_worker.h"

#include <algorithm>

#include "rt/clock.h"

namespace offhook {

namespace {
constexpr int64_t kPeriodNs = 100 * kMillisecondNs;
}

FileWorker::~FileWorker() {
  {
    std::lock_guard<std::mutex> hold(mutex_);
    stopping_ = true;
  }
  wake_.notify();
  thread_.join();
}

void FileWorker::add(std::shared_ptr<FileJob> job) {
  {
    std::lock_guard<std::mutex> hold(mutex_);
    arriving_.push_back(std::move(job));
  }
  if (!thread_.started()) thread_.start("offhook-files", 0, [this] { run(); });
  wake_.notify();
}

void FileWorker::run() {
  std::vector<std::shared_ptr<FileJob>> jobs;
  for (;;) {
    bool stopping;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      std::move(arriving_.begin(), arriving_.end(), std::back_inserter(jobs));
      arriving_.clear();
      stopping = stopping_;
    }
    const int64_t now = monotonicNs();
    jobs.erase(std::remove_if(jobs.begin(), jobs.end(), [now](const auto& job) { return !job->service(now); }), jobs.end());
    if (stopping) return;
    wake_.wait(jobs.empty() ? -1 : now + kPeriodNs);
  }
}

}  // namespace offhook
