// A bounded ring between exactly one producer thread and one consumer thread: wait-free, no allocation after construction.
// Slots live in the ring for ever, so a slot that owns memory (a packet buffer) keeps it from use to use.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

namespace offhook {

template <typename T>
class SpscRing {
 public:
  /** Holds at least `capacity` items (rounded up to a power of two, 1 at least). */
  explicit SpscRing(size_t capacity) : slots_(powerOfTwo(capacity)), mask_(slots_.size() - 1) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  size_t capacity() const { return slots_.size(); }

  // ---- producer thread --------------------------------------------------------------------------------------------
  /** The slot to fill next, nullptr when the ring is full. Not seen by the consumer until publish(). */
  T* writable() {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head - tailSeen_ == slots_.size()) {
      tailSeen_ = tail_.load(std::memory_order_acquire);
      if (head - tailSeen_ == slots_.size()) return nullptr;
    }
    return &slots_[head & mask_];
  }
  void publish() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  /** False when full: the item is left as it was. */
  bool push(T&& item) {
    T* slot = writable();
    if (!slot) return false;
    *slot = std::move(item);
    publish();
    return true;
  }
  bool push(const T& item) {
    T* slot = writable();
    if (!slot) return false;
    *slot = item;
    publish();
    return true;
  }

  // ---- consumer thread --------------------------------------------------------------------------------------------
  /** The oldest item, nullptr when empty. Stays valid until consume(). */
  T* readable() {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == headSeen_) {
      headSeen_ = head_.load(std::memory_order_acquire);
      if (tail == headSeen_) return nullptr;
    }
    return &slots_[tail & mask_];
  }
  void consume() { tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  bool pop(T& out) {
    T* slot = readable();
    if (!slot) return false;
    out = std::move(*slot);
    consume();
    return true;
  }

  /** Items waiting; exact on neither thread while the other one works, never more than capacity. */
  size_t size() const {
    const size_t tail = tail_.load(std::memory_order_acquire);
    return head_.load(std::memory_order_acquire) - tail;
  }

 private:
  static size_t powerOfTwo(size_t wanted) {
    size_t size = 1;
    while (size < wanted) size <<= 1;
    return size;
  }

  std::vector<T> slots_;
  const size_t mask_;
  // Each side on its own cache line, with its last sight of the other side's index.
  alignas(64) std::atomic<size_t> head_{0};
  size_t tailSeen_ = 0;
  alignas(64) std::atomic<size_t> tail_{0};
  size_t headSeen_ = 0;
};

}  // namespace offhook
