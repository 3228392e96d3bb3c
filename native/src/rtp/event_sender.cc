// A digit lasts its duration, then its gap; a comma is a pause.
#include "event_sender.h"

#include <algorithm>

namespace offhook {

bool EventSender::add(const std::string& digits, uint32_t durationMs, uint32_t gapMs) {
  if (digits.empty() || waiting_ + digits.size() > kMaxDigits) return false;
  if (digits.find_first_not_of("0123456789*#ABCD,") != std::string::npos) return false;
  const auto whole = [](uint32_t ms, uint32_t least, uint32_t most) { return (std::clamp(ms, least, most) + kStepMs - 1) / kStepMs * kStepMs; };
  queue_.push_back({digits, whole(durationMs, 40, 60'000), whole(gapMs, 50, 10'000)});
  waiting_ += digits.size();
  return true;
}

EventSender::Step EventSender::step() {
  Step step;
  if (queue_.empty()) return step;
  const Text& text = queue_.front();
  const char digit = text.digits[at_];
  const bool pause = digit == ',';
  const uint32_t sounds = pause ? 0 : text.durationMs, lasts = pause ? kPauseMs : sounds + text.gapMs;
  if (elapsedMs_ < sounds) {
    step.digit = digit;
    step.begins = elapsedMs_ == 0;
    step.elapsedMs = elapsedMs_ + kStepMs;
    step.ends = step.elapsedMs >= sounds;
  }
  elapsedMs_ += kStepMs;
  if (elapsedMs_ < lasts) return step;
  elapsedMs_ = 0;
  --waiting_;
  if (++at_ < text.digits.size()) return step;
  at_ = 0;
  done_ = std::move(queue_.front().digits);
  queue_.pop_front();
  step.done = &done_;
  return step;
}

}  // namespace offhook
