// How long packets take beyond the fastest of late and how many never come, with forgetting, and the delay at which they are heard best.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace offhook {

class DelayEstimator {
 public:
  /**
   * Packet `number`, sent at `sentMs` of the sender's media clock, came at `arrivedMs` of ours; origins do not matter. Holes are
   * led up to what follows them where that has come (`led`). It was not missed for the last `sparedMs` of its delay, as who would
   * have played it was held up too.
   */
  void add(double sentMs, double arrivedMs, double sparedMs, int64_t number, bool led);
  /** A packet whose delay says nothing has a number of its own. */
  void noteOther() { ++others_; }
  /** The sender's clock has jumped or it is another sender: what is known of the network stays, the origin is found anew. */
  void forgetOrigin() { known_ = numbered_ = false; }
  void forgetAll() { *this = DelayEstimator(); }

  bool isKnown() const { return known_; }
  /** Excess over the fastest packets of the last seconds, of something due at `atMs`. */
  double excess(double sentMs, double atMs) const { return atMs - sentMs - origin_; }
  /** Excess to wait for, ms; 0 before any packet. */
  double target() const { return target_; }

 private:
  static constexpr size_t kBins = 512;  // Of one millisecond; the last one takes all beyond.
  static constexpr size_t kWindows = 6;
  static constexpr double kWindowMs = 1000;

  struct Waits;
  static const Waits kWaits;

  void moveOrigin(double transit, double arrivedMs);
  void shift(int bins);
  void count(int64_t number);
  void findTarget(bool led);

  std::array<float, kBins> bins_{};
  float weight_ = 1, sum_ = 0;
  uint32_t count_ = 0;
  /** The least transit of each of the last windows. */
  std::array<double, kWindows> least_{};
  size_t window_ = 0;
  double windowEndsMs_ = 0;
  double origin_ = 0;
  /** In the weights of the bins. */
  float lost_ = 0;
  int64_t highest_ = 0;
  uint32_t others_ = 0;
  double target_ = 0;
  bool known_ = false, numbered_ = false;
};

}  // namespace offhook
