// A bounded queue from many threads to one: lock-free, no allocation after construction (D. Vyukov's bounded queue,
// with one consumer). An item is moved in by its producer and freed by the consumer.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace offhook {

template <typename T>
class MpscQueue {
 public:
  /** `capacity`: a power of two. */
  explicit MpscQueue(size_t capacity) : cells_(new Cell[capacity]), mask_(capacity - 1) {
    for (size_t i = 0; i < capacity; i++) cells_[i].turn.store(i, std::memory_order_relaxed);
  }
  MpscQueue(const MpscQueue&) = delete;
  MpscQueue& operator=(const MpscQueue&) = delete;

  /** Any thread. False when full: the item is left as it was. */
  bool push(T&& item) {
    size_t at = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const auto ahead = static_cast<ptrdiff_t>(cell.turn.load(std::memory_order_acquire) - at);
      if (ahead < 0) return false;
      if (ahead > 0) {
        at = head_.load(std::memory_order_relaxed);
      } else if (head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
        cell.item = std::move(item);
        cell.turn.store(at + 1, std::memory_order_release);
        return true;
      }
    }
  }

  /** The consumer thread. */
  bool pop(T& out) {
    Cell& cell = cells_[tail_ & mask_];
    if (cell.turn.load(std::memory_order_acquire) != tail_ + 1) return false;
    out = std::move(cell.item);
    cell.turn.store(tail_ + mask_ + 1, std::memory_order_release);
    tail_++;
    return true;
  }

 private:
  struct Cell {
    std::atomic<size_t> turn;
    T item;
  };
  std::unique_ptr<Cell[]> cells_;
  const size_t mask_;
  alignas(64) std::atomic<size_t> head_{0};
  alignas(64) size_t tail_ = 0;
};

}  // namespace offhook
