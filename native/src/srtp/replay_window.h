// Which indices of a source have come (RFC 3711 §3.3.2): the highest, and a window of 128 below it.
#pragma once

#include <bitset>
#include <cstdint>

namespace offhook {

class ReplayWindow {
 public:
  static constexpr int64_t kSize = 128;

  /** −1 before any. */
  int64_t highest() const { return highest_; }
  /** Not seen yet, and not too old to tell. */
  bool isFresh(int64_t index) const {
    if (index > highest_) return true;
    return highest_ - index < kSize && !seen_[size_t(highest_ - index)];
  }
  /** Only what is authentic counts. */
  void add(int64_t index) {
    if (index > highest_) {
      seen_ = index - highest_ < kSize ? seen_ << size_t(index - highest_) : std::bitset<kSize>();
      highest_ = index;
    }
    seen_.set(size_t(highest_ - index));
  }

 private:
  int64_t highest_ = -1;
  std::bitset<kSize> seen_;
};

}  // namespace offhook
