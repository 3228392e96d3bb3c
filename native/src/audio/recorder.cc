// The writing half runs on the file worker.
#include "audio/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "audio/sample_ring.h"
#include "audio/wav.h"
#include "rt/clock.h"

namespace offhook {

namespace {
constexpr uint32_t kStoreSeconds = 4;  // a disk may stall this long
}

class RecorderJob : public FileJob {
 public:
  RecorderJob(RecordOrder order, Report report)
      : ring(order.rate * kStoreSeconds), order_(std::move(order)), report_(std::move(report)) {
    const uint64_t limit = order_.maxBytes == 0 ? kWavMostBytes : order_.maxBytes - std::min<uint64_t>(order_.maxBytes, kWavHeaderBytes);
    mostBytes_ = std::min(limit, kWavMostBytes) & ~uint64_t{1};
  }
  ~RecorderJob() override {
    if (fd_ >= 0) ::close(fd_);
  }

  bool service(int64_t now) override {
    const bool last = closing.load(std::memory_order_acquire);
    if (fd_ < 0 && !open()) return false;
    if (!drain()) return false;
    const bool full = written_ == mostBytes_;
    if ((last || full || now >= headerAt_) && !header()) return false;
    if (now >= headerAt_) headerAt_ = now + kSecondNs;
    if (full && !last) {
      done = true;
      report_(event::PortEnded{});
    }
    return !last && !full;
  }

  SampleRing ring;
  std::atomic<bool> closing{false};
  std::atomic<bool> done{false};  // takes no more

 private:
  bool open() {
    fd_ = ::open(order_.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) {
      done = true;
      report_(event::PortFailed{{}, order_.file + ": " + std::strerror(errno)});
      return false;
    }
    if (!header()) return false;
    report_(event::PortOpened{{}, order_.rate, order_.file});
    return true;
  }

  bool drain() {
    int16_t block[2048];
    for (;;) {
      const size_t left = static_cast<size_t>((mostBytes_ - written_) / 2);
      const size_t got = ring.read(block, std::min(left, std::size(block)));
      if (got == 0) return true;
      if (!put(block, got * 2, kWavHeaderBytes + written_)) return false;
      written_ += got * 2;
    }
  }

  bool header() {
    uint8_t bytes[kWavHeaderBytes];
    wavHeader(order_.rate, static_cast<uint32_t>(written_), bytes);
    return put(bytes, sizeof bytes, 0);
  }

  bool put(const void* bytes, size_t count, uint64_t offset) {
    const auto* from = static_cast<const uint8_t*>(bytes);
    while (count > 0) {
      const ssize_t put = pwrite(fd_, from, count, static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) {
        done = true;
        report_(event::PortLost{{}, order_.file + ": " + std::strerror(put < 0 ? errno : EIO)});
        return false;
      }
      from += put;
      count -= static_cast<size_t>(put);
      offset += static_cast<uint64_t>(put);
    }
    return true;
  }

  const RecordOrder order_;
  const Report report_;
  uint64_t mostBytes_ = 0, written_ = 0;
  int64_t headerAt_ = std::numeric_limits<int64_t>::min();
  int fd_ = -1;
};

Recorder::Recorder(const RecordOrder& order, Report report, FileWorker& worker)
    : worker_(worker), rate_(order.rate), job_(std::make_shared<RecorderJob>(order, std::move(report))) {
  worker_.add(job_);
}

Recorder::~Recorder() {
  job_->closing.store(true, std::memory_order_release);
  worker_.kick();
}

void Recorder::take(const int16_t* in, size_t samples, int64_t) {
  if (!paused_ && !job_->done.load(std::memory_order_relaxed)) taken_ += job_->ring.write(in, samples);
}

void Recorder::describe(PortStatus& status) const {
  status.positionMs = double(taken_) * 1000 / rate_;
  status.paused = paused_;
}

}  // namespace offhook
