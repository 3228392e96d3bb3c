// Samples between one producing and one consuming thread, moved in blocks; wait-free.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace offhook {

class SampleRing {
 public:
  explicit SampleRing(size_t capacity) : samples_(capacity) {}

  size_t capacity() const { return samples_.size(); }
  size_t stored() const { return written_.load(std::memory_order_acquire) - read_.load(std::memory_order_acquire); }
  /** Samples ever written. */
  size_t written() const { return written_.load(std::memory_order_acquire); }
  size_t room() const { return capacity() - stored(); }

  /** Producer. Returns how many were taken: fewer than `count` when full. */
  size_t write(const int16_t* in, size_t count) {
    count = std::min(count, room());
    const size_t at = written_.load(std::memory_order_relaxed);
    const size_t first = std::min(count, capacity() - at % capacity());
    std::memcpy(samples_.data() + at % capacity(), in, first * sizeof *in);
    std::memcpy(samples_.data(), in + first, (count - first) * sizeof *in);
    written_.store(at + count, std::memory_order_release);
    return count;
  }

  /** Consumer. Returns how many were given: fewer than `count` when empty. */
  size_t read(int16_t* out, size_t count) {
    count = std::min(count, stored());
    const size_t at = read_.load(std::memory_order_relaxed);
    const size_t first = std::min(count, capacity() - at % capacity());
    std::memcpy(out, samples_.data() + at % capacity(), first * sizeof *out);
    std::memcpy(out + first, samples_.data(), (count - first) * sizeof *out);
    read_.store(at + count, std::memory_order_release);
    return count;
  }
  /** Consumer: passes over what was written before the `at`th sample. */
  void dropUntil(size_t at) {
    const size_t here = read_.load(std::memory_order_relaxed);
    if (at > here) drop(at - here);
  }
  /** Consumer: passes over up to `count`. */
  void drop(size_t count) { read_.fetch_add(std::min(count, stored()), std::memory_order_release); }

 private:
  std::vector<int16_t> samples_;
  alignas(64) std::atomic<size_t> written_{0};
  alignas(64) std::atomic<size_t> read_{0};
};

}  // namespace offhook
