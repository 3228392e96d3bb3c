// Digits to be sent: a bounded queue of them with durations, gaps and pauses, played out in steps of 10 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace offhook {

/** Which digit sounds now; the sender makes event packets (RFC 4733) or tones of it. */
class EventSender {
 public:
  /** False when the text holds anything but 0-9 A-D * # and `,`, or the queue would grow beyond its bound. */
  bool add(const std::string& digits, uint32_t durationMs, uint32_t gapMs);

  struct Step {
    /** 0: none. */
    char digit = 0;
    /** The digit begins with this step; it ends with this step. */
    bool begins = false, ends = false;
    /** Of the digit up to the end of this step. */
    uint32_t elapsedMs = 0;
    /** The whole text that is done with this step; nullptr: none. Valid until the next call. */
    const std::string* done = nullptr;
  };
  /** The next 10 ms. */
  Step step();
  bool isBusy() const { return !queue_.empty(); }

 private:
  static constexpr size_t kMaxDigits = 128;
  static constexpr uint32_t kPauseMs = 2000;
  static constexpr uint32_t kStepMs = 10;

  struct Text {
    std::string digits;
    uint32_t durationMs = 0, gapMs = 0;
  };
  std::deque<Text> queue_;
  std::string done_;
  size_t at_ = 0, waiting_ = 0;
  uint32_t elapsedMs_ = 0;
};

}  // namespace offhook
