// Key material: a fixed room of its own that is wiped when it goes, so no copy outlives its owner.
#pragma once

#include <string.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace offhook {

class KeyBytes {
 public:
  /** An AES-256 key and a salt of 112 bits. */
  static constexpr size_t kMost = 46;

  KeyBytes() = default;
  /** Of more than kMost bytes the size is kept, for whoever checks it, and the rest is not. */
  KeyBytes(const uint8_t* bytes, size_t size) : size_(size) { std::copy_n(bytes, std::min(size, kMost), bytes_.begin()); }
  KeyBytes(const KeyBytes&) = default;
  KeyBytes& operator=(const KeyBytes&) = default;
  KeyBytes(KeyBytes&& other) noexcept : KeyBytes(other) { other.wipe(); }
  KeyBytes& operator=(KeyBytes&& other) noexcept {
    if (this == &other) return *this;
    *this = static_cast<const KeyBytes&>(other);
    other.wipe();
    return *this;
  }
  ~KeyBytes() { wipe(); }

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return size_; }
  bool operator==(const KeyBytes& other) const { return size_ == other.size_ && bytes_ == other.bytes_; }

 private:
  void wipe() {
    explicit_bzero(bytes_.data(), bytes_.size());
    size_ = 0;
  }
  std::array<uint8_t, kMost> bytes_{};
  size_t size_ = 0;
};

}  // namespace offhook
