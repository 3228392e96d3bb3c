// The reading half runs on the file worker; the two halves share a ring of samples.
#include "audio/player.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
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
    if (const uint32_t wanted = seeks.load(std::memory_order_acquire); wanted != sought.load(std::memory_order_relaxed)) go(wanted);
    fill();
    return true;
  }

  std::unique_ptr<SampleRing> ring;    // made by the worker before `ready`
  std::atomic<bool> ready{false};
  std::atomic<bool> finished{false};   // nothing more comes into the ring
  std::atomic<bool> closing{false};
  // The player asks for a place: counted in `seeks`. The worker goes there: `sought` follows, and what counts comes after `cut`.
  std::atomic<uint32_t> seekMs{0}, seeks{0}, sought{0};
  size_t cut = 0;

  // Set before `ready`.
  uint32_t rate = 0;      // Hz it is played at
  double lengthMs = 0;

 private:
  void go(uint32_t wanted) {
    at_ = std::min<uint64_t>(uint64_t{seekMs.load(std::memory_order_relaxed)} * format_.rate / 1000, format_.frames());
    pauseLeft_ = 0;
    if (resampler_) resampler_ = std::make_unique<Resampler>(format_.rate, rate);
    finished.store(false, std::memory_order_relaxed);
    cut = ring->written();
    sought.store(wanted, std::memory_order_release);
  }

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
    rate = order_.rate ? order_.rate : playedRate(format_.rate);
    lengthMs = double(format_.frames()) * 1000 / format_.rate;
    if (rate != format_.rate) resampler_ = std::make_unique<Resampler>(format_.rate, rate);
    ring = std::make_unique<SampleRing>(rate * kStoreSeconds);
    fill();
    ready.store(true, std::memory_order_release);
    report_(event::PortOpened{{}, rate, order_.file + ", " + std::to_string(format_.rate) + " Hz"});
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
      pauseLeft_ = static_cast<uint64_t>(order_.pauseMs) * rate / 1000;
      return;
    }
    // What the low pass still holds back.
    std::fill(block_.begin(), block_.end(), int16_t{0});
    if (resampler_) put(std::min<size_t>(frames, static_cast<size_t>(resampler_->delay() * format_.rate / rate)));
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
  std::unique_ptr<Resampler> resampler_;
  std::vector<int16_t> block_, made_;
  uint64_t at_ = 0, pauseLeft_ = 0;
  uint32_t passes_ = 0;
};

Player::Player(const PlayOrder& order, Report report, FileWorker& worker)
    : report_(report), worker_(worker), pauseMs_(order.pauseMs), job_(std::make_shared<PlayerJob>(order, std::move(report))) {
  worker.add(job_);
}

Player::~Player() { job_->closing = true; }

void Player::give(int16_t* out, size_t samples, int64_t) {
  size_t got = 0;
  if (job_->ready.load(std::memory_order_acquire) && !paused_ && job_->sought.load(std::memory_order_acquire) == seeks_) {
    if (seeks_ > 0) job_->ring->dropUntil(job_->cut);
    // Read before the ring: what came in before the end is then surely seen.
    const bool finished = job_->finished.load(std::memory_order_acquire);
    got = job_->ring->read(out, samples);
    given_ += got;
    if (finished && got < samples && !ended_) {
      ended_ = true;
      report_(event::PortEnded{});
    }
  }
  std::fill(out + got, out + samples, int16_t{0});
}

void Player::seek(uint32_t atMs) {
  if (!job_->ready.load(std::memory_order_acquire)) return;
  // What is in store makes room at once for what comes from there.
  job_->ring->drop(job_->ring->stored());
  given_ = static_cast<uint64_t>(std::min<double>(atMs, job_->lengthMs)) * job_->rate / 1000;
  ended_ = false;
  job_->seekMs.store(atMs, std::memory_order_relaxed);
  job_->seeks.store(++seeks_, std::memory_order_release);
  worker_.kick();
}

void Player::describe(PortStatus& status) const {
  status.paused = paused_;
  if (!job_->ready.load(std::memory_order_acquire)) return;
  status.lengthMs = job_->lengthMs;
  const double played = double(given_) * 1000 / job_->rate, pass = job_->lengthMs + pauseMs_;
  status.positionMs = ended_ ? job_->lengthMs : std::min(pass > 0 ? std::fmod(played, pass) : 0, job_->lengthMs);
}

}  // namespace offhook
