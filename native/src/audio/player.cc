// The reading half runs on the file worker; the two halves share a ring of samples.
#include "audio/player.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "audio/sample_ring.h"
#include "audio/wav.h"
#include "dsp/resampler.h"

namespace offhook {

namespace {
constexpr uint64_t kWholeBytes = 4u << 20;  // files up to this size are kept in memory
constexpr uint32_t kRates[] = {8000, 16000, 32000, 48000};
constexpr uint32_t kStoreSeconds = 2;

uint32_t playedRate(uint32_t fileRate) {
  for (const uint32_t rate : kRates)
    if (rate >= fileRate) return rate;
  return kRates[3];
}
}  // namespace

class PlayerJob : public FileJob {
 public:
  PlayerJob(PlayOrder order, Report report) : order_(std::move(order)), report_(std::move(report)) {}
  ~PlayerJob() override { closeFile(); }

  bool service(int64_t) override {
    if (closing) return false;
    if (!ring && !open()) return false;
    fill();
    return !finished;
  }

  std::unique_ptr<SampleRing> ring;    // made by the worker before `ready`
  std::atomic<bool> ready{false};
  std::atomic<bool> finished{false};   // nothing more comes into the ring
  std::atomic<bool> closing{false};

 private:
  bool open() {
    std::string why;
    fd_ = ::open(order_.file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (fd_ < 0 || fstat(fd_, &about) != 0) why = std::strerror(errno);
    else if (!S_ISREG(about.st_mode)) why = "not a regular file";
    else if (parseWav(reader(), static_cast<uint64_t>(about.st_size), format_, why)) why.clear();
    if (!why.empty()) {
      closeFile();
      report_(event::PortFailed{{}, order_.file + ": " + why});
      return false;
    }
    if (static_cast<uint64_t>(about.st_size) <= kWholeBytes) {
      whole_.resize(static_cast<size_t>(about.st_size));
      whole_.resize(reader()(0, whole_.data(), whole_.size()));
      closeFile();
    }
    rate_ = order_.rate ? order_.rate : playedRate(format_.rate);
    if (rate_ != format_.rate) resampler_ = std::make_unique<Resampler>(format_.rate, rate_);
    ring = std::make_unique<SampleRing>(rate_ * kStoreSeconds);
    fill();
    ready.store(true, std::memory_order_release);
    report_(event::PortOpened{{}, rate_, order_.file + ", " + std::to_string(format_.rate) + " Hz"});
    return true;
  }

  ReadAt reader() {
    if (fd_ < 0)
      return [this](uint64_t offset, uint8_t* to, size_t count) {
        const size_t have = offset < whole_.size() ? std::min<size_t>(count, whole_.size() - offset) : 0;
        if (have > 0) std::memcpy(to, whole_.data() + offset, have);
        return have;
      };
    return [fd = fd_](uint64_t offset, uint8_t* to, size_t count) {
      size_t have = 0;
      while (have < count) {
        const ssize_t got = pread(fd, to + have, count - have, static_cast<off_t>(offset + have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += static_cast<size_t>(got);
      }
      return have;
    };
  }

  void fill() {
    const size_t frames = format_.rate / 100;
    const size_t most = resampler_ ? resampler_->most(frames) : frames;
    block_.resize(frames);
    made_.resize(most);
    while (!finished && ring->room() >= most) {
      if (pauseLeft_ > 0) {
        const size_t silence = std::min<uint64_t>(pauseLeft_, most);
        std::fill_n(made_.begin(), silence, int16_t{0});
        pauseLeft_ -= ring->write(made_.data(), silence);
      } else if (at_ < format_.frames()) {
        if (!readBlock(std::min<uint64_t>(frames, format_.frames() - at_))) return;
      } else {
        endOfPass(frames);
      }
    }
  }

  bool readBlock(size_t frames) {
    bytes_.resize(frames * format_.frameBytes());
    const uint64_t offset = format_.dataAt + at_ * format_.frameBytes();
    const size_t got = reader()(offset, bytes_.data(), bytes_.size());
    if (got < bytes_.size()) {
      report_(event::PortLost{{}, order_.file + ": expected " + std::to_string(bytes_.size()) + " bytes at offset " +
                                      std::to_string(offset) + ", found " + std::to_string(got)});
      finished.store(true, std::memory_order_release);
      return false;
    }
    decodeWav(format_, bytes_.data(), frames, block_.data());
    at_ += frames;
    put(frames);
    return true;
  }

  void endOfPass(size_t frames) {
    if (format_.frames() > 0 && (order_.loops == 0 || ++passes_ < order_.loops)) {
      at_ = 0;
      pauseLeft_ = static_cast<uint64_t>(order_.pauseMs) * rate_ / 1000;
      return;
    }
    // What the low pass still holds back.
    std::fill(block_.begin(), block_.end(), int16_t{0});
    if (resampler_) put(std::min<size_t>(frames, static_cast<size_t>(resampler_->delay() * format_.rate / rate_)));
    finished.store(true, std::memory_order_release);
  }

  void put(size_t frames) {
    if (!resampler_) ring->write(block_.data(), frames);
    else ring->write(made_.data(), resampler_->process(block_.data(), frames, made_.data()));
  }

  void closeFile() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  const PlayOrder order_;
  const Report report_;
  int fd_ = -1;
  std::vector<uint8_t> whole_, bytes_;
  WavFormat format_;
  uint32_t rate_ = 0;
  std::unique_ptr<Resampler> resampler_;
  std::vector<int16_t> block_, made_;
  uint64_t at_ = 0, pauseLeft_ = 0;
  uint32_t passes_ = 0;
};

Player::Player(const PlayOrder& order, Report report, FileWorker& worker)
    : report_(report), job_(std::make_shared<PlayerJob>(order, std::move(report))) {
  worker.add(job_);
}

Player::~Player() { job_->closing = true; }

void Player::give(int16_t* out, size_t samples, int64_t) {
  size_t got = 0;
  if (job_->ready.load(std::memory_order_acquire)) {
    // Read before the ring: what came in before the end is then surely seen.
    const bool finished = job_->finished.load(std::memory_order_acquire);
    got = job_->ring->read(out, samples);
    if (finished && got < samples && !ended_) {
      ended_ = true;
      report_(event::PortEnded{});
    }
  }
  std::fill(out + got, out + samples, int16_t{0});
}

}  // namespace offhook
