// One port of the bridge as the tick thread sees it: gives a block of samples, takes a block, every 10 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/contract.h"

namespace offhook {

/**
 * Reports of one port to whoever commands the engine, from any thread: bounded, does not block. The port's name is
 * filled in by the receiver, so real-time threads send events without strings.
 */
using Report = std::function<void(Event&&)>;

class Port {
 public:
  virtual ~Port() = default;

  virtual bool gives() const { return false; }
  virtual bool takes() const { return false; }
  /** give() or take() is called every tick, even with nothing connected. */
  virtual bool givesAlways() const { return false; }
  virtual bool takesAlways() const { return false; }
  /** While nothing is connected, nothing of it is called. */
  virtual bool canRest() const { return false; }

  // ---- tick thread: 10 ms each, at the rate the port was opened with; no allocation, no locks, no waiting ------------------------------------
  /** `dueNs`: when this block should begin; where the thread was held up that is earlier than now. */
  virtual void give(int16_t* /*out*/, size_t /*samples*/, int64_t /*dueNs*/) {}
  virtual void take(const int16_t* /*in*/, size_t /*samples*/, int64_t /*nowNs*/) {}
  virtual void tick(int64_t /*nowNs*/) {}
  /** Nothing is connected any more, for the time being. */
  virtual void rest() {}
};

/** A port that plays or records a file. */
class FilePort : public Port {
 public:
  // ---- tick thread ------------------------------------------------------------------------------------------------
  virtual void setPaused(bool paused) = 0;
  /** Fills in what is known of its place in the file. */
  virtual void describe(PortStatus& status) const = 0;
};

/** A device whose capture clock can drive the tick thread. */
class Pacer {
 public:
  enum class Waited { Block, TimedOut, Woken };
  virtual ~Pacer() = default;
  /** It is, or is not, the first to be asked for blocks from now on. Tick thread. */
  virtual void lead(bool leads) = 0;
  /** Open, and able to pace. Tick thread. */
  virtual bool paces() const = 0;
  /** Waits for the next block of the device, at most until `untilNs` or until `wakeFd` is readable. Tick thread. */
  virtual Waited waitForBlock(int wakeFd, int64_t untilNs) = 0;
};

}  // namespace offhook
