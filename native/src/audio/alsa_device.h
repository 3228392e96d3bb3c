// An ALSA device as a bridge port. The tick thread reads and writes without blocking; a thread of the device's own
// opens, closes and, after a loss, reopens it.
//
// While it captures in periods that divide 10 ms it can pace the engine.
//
// A device that nothing is connected to is stopped: open, so that it starts at once, and watched for being pulled out.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "audio/alsa_pcm.h"
#include "audio/capture_side.h"
#include "audio/device_counters.h"
#include "audio/playback_side.h"
#include "audio/port.h"
#include "rt/thread.h"
#include "rt/wake.h"

namespace offhook {

/** Both directions, opened; either may be absent. Made and destroyed by the keeper, used by the tick thread. */
struct AlsaPair {
  AlsaPair(std::unique_ptr<AlsaPcm> capturing, std::unique_ptr<AlsaPcm> playing, DeviceCounters& counters);
  /** Stopped, with nothing stored, ready to be started. Negative errno when it is broken. */
  int rest();
  /** Of one that rests: negative errno when it is broken, which nothing else tells. */
  int health();

  const std::unique_ptr<AlsaPcm> capture, playback;
  const uint32_t rate;
  const size_t block;  // samples in 10 ms
  int broken = 0;      // errno that ended it
  const std::unique_ptr<CaptureSide> hears;
  const std::unique_ptr<PlaybackSide> says;
  std::vector<pollfd> polls;
};

/** Opens and reopens one device on a thread of its own. */
class AlsaKeeper {
 public:
  AlsaKeeper(const DeviceConfig& config, Report report, DeviceCounters& counters);
  /** Waits for the thread, which may be inside ALSA for seconds: see stop() and stopped(). */
  ~AlsaKeeper();
  void stop();
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  // ---- tick thread ------------------------------------------------------------------------------------------------
  /** A pair that is opened and not started, or nullptr. */
  AlsaPair* collect() { return resting_.exchange(nullptr, std::memory_order_acq_rel); }
  /** Back to rest; to be closed, when it is `broken`. */
  void giveBack(AlsaPair* pair);

 private:
  void run();
  /** Keeps the pair while it rests, until it is broken: the errno; 0: until this stops. */
  int keep();
  std::unique_ptr<AlsaPair> open(int& error, std::string& why);
  bool pause(int64_t ns);

  const DeviceConfig config_;
  const Report report_;
  DeviceCounters& counters_;
  std::atomic<AlsaPair*> resting_{nullptr}, returned_{nullptr};
  std::atomic<bool> stopping_{false}, stopped_{false};
  Wake wake_;
  Thread thread_;
};

class AlsaDevice : public Port, public Pacer {
 public:
  AlsaDevice(std::shared_ptr<AlsaKeeper> keeper, const DeviceConfig& config);
  ~AlsaDevice() override;
  bool gives() const override { return capturing_; }
  bool takes() const override { return playing_; }
  bool givesAlways() const override { return capturing_; }
  bool takesAlways() const override { return playing_; }
  void give(int16_t* out, size_t samples, int64_t dueNs) override;
  void take(const int16_t* in, size_t samples, int64_t nowNs) override;
  bool canRest() const override { return true; }
  void rest() override;
  void lead(bool leads) override;
  bool paces() const override { return pair_ && pair_->hears && pair_->hears->canPace(); }
  Waited waitForBlock(int wakeFd, int64_t untilNs) override;

 private:
  /** Open and running; starts what was opened or has rested. */
  bool runs();
  void fail(int error);
  /** The playback side knows whether its clock drives the ticks. */
  void keepSteady();
  Waited wait(int wakeFd, int64_t untilNs);
  const std::shared_ptr<AlsaKeeper> keeper_;
  const bool capturing_, playing_, oneClock_;
  AlsaPair* pair_ = nullptr;
  bool leads_ = false;
  bool pacing_ = false;  // this tick was driven by this device
};

}  // namespace offhook
