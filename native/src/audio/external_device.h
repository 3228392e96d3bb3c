// An audio device whose sound another process carries: samples come and go over a Unix-domain socket.
//
// The tick thread reads and writes the socket without blocking; a thread of the device's own listens, greets and waits
// for the next process after a loss. A store of three blocks in each direction, and more for a process that was
// late, takes up its unsteadiness; sound made a little faster or slower takes up the difference between the clocks.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "audio/device_counters.h"
#include "audio/external_wire.h"
#include "audio/port.h"
#include "dsp/clock_follower.h"
#include "dsp/varispeed.h"
#include "rt/thread.h"
#include "rt/wake.h"

namespace offhook {

/** A process that has its devices open. Made and destroyed by the keeper, used by the tick thread. */
struct ExternalPeer {
  ExternalPeer(int fd, uint32_t rate);
  ~ExternalPeer();
  ExternalPeer(const ExternalPeer&) = delete;
  ExternalPeer& operator=(const ExternalPeer&) = delete;

  const int fd;
  const size_t block;  // samples in 10 ms
  const char* broken = nullptr;  // why it ended

  // Capture: samples read but not given yet.
  std::vector<int16_t> store;
  size_t stored = 0;
  ClockFollower captureClock;
  Varispeed captureSpeed;
  bool primed = false, overrun = false;
  std::array<uint8_t, 2 * (external_wire::kHeadBytes + external_wire::kMostBodyBytes)> inbox;
  size_t received = 0;  // bytes in the inbox

  // Playback: counts of samples, modulo 2³².
  uint32_t sent = 0, played = 0;
  int settling = 0;  // ticks left in which a store found too small is filled up with silence
  bool flowing = false;
  ClockFollower playbackClock;
  Varispeed playbackSpeed;
  std::vector<int16_t> made;
};

/** Listens, and greets one process after the other, on a thread of its own. */
class ExternalKeeper {
 public:
  ExternalKeeper(const DeviceConfig& config, Report report, DeviceCounters& counters);
  ~ExternalKeeper();
  void stop();
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  // ---- tick thread ------------------------------------------------------------------------------------------------
  /** A process newly greeted, or nullptr. */
  ExternalPeer* collect() { return greeted_.exchange(nullptr, std::memory_order_acq_rel); }
  /** Back to be closed; `broken` says why. */
  void giveBack(ExternalPeer* peer);

  DeviceCounters& counters;

 private:
  void run();
  int listen(std::string& why);
  /** Waits for readability; false when stopped or at `untilNs` (negative: never). */
  bool readable(int fd, int64_t untilNs);
  bool readAll(int fd, uint8_t* to, size_t bytes, int64_t untilNs);
  /** Reads hello or what came instead; the text of either. */
  bool greet(int fd, std::string& text);
  void tellFailed(const std::string& why);

  const DeviceConfig config_;
  const Report report_;
  std::string told_;  // the last failure reported: each is told once
  std::atomic<ExternalPeer*> greeted_{nullptr}, returned_{nullptr};
  std::atomic<bool> stopping_{false}, stopped_{false};
  Wake wake_;
  Thread thread_;
};

class ExternalDevice : public Port {
 public:
  ExternalDevice(std::shared_ptr<ExternalKeeper> keeper, const DeviceConfig& config);
  ~ExternalDevice() override;
  bool gives() const override { return capturing_; }
  bool takes() const override { return playing_; }
  bool givesAlways() const override { return capturing_; }
  bool takesAlways() const override { return playing_; }
  void give(int16_t* out, size_t samples, int64_t dueNs) override;
  void take(const int16_t* in, size_t samples, int64_t nowNs) override;
  void tick(int64_t nowNs) override;

 private:
  void fail(const char* why);
  void receive();
  /** Takes whole messages out of the inbox; false when one makes no sense. */
  bool understand();
  void keep(const uint8_t* bytes, size_t samples);
  void drop(size_t samples);
  bool send(const int16_t* samples, size_t count);
  /** Counts a loss. A store that ran dry shall be deeper. */
  void xrun() { keeper_->counters.xruns.fetch_add(1, std::memory_order_relaxed); }
  void deepen(ClockFollower& clock);

  const std::shared_ptr<ExternalKeeper> keeper_;
  const bool capturing_, playing_;
  ExternalPeer* peer_ = nullptr;
};

}  // namespace offhook
