// The past is read at places between its samples, so a period need not be a whole number of them.
#include "continuation.h"

#include <algorithm>
#include <cmath>

#include "interpolation.h"
#include "pitch.h"

namespace offhook {

namespace {
constexpr float kNoise = 0.5f;  // Below this strength the "pitch" is chance, and a short one would buzz.
constexpr float kPlain = 0.85f;  // From this strength on a difference between two periods is one of the voice.
/** What was not periodic goes on otherwise than it did: by so much it is made softer when nothing of it was. A wrong sound is heard more than a soft one. */
constexpr float kDoubt = 0.7f;
/** What has become softer from one period to the next goes on so, sooner than it did (as a power of that), as words end; what has
 * become louder stays as it was. Less than kSteepest of the last period is a pulse that was missed. */
constexpr float kFading = 1.5f, kSteepest = 0.3f;
/** No voice glides faster, samples per sample; and of what was measured so much is believed. */
constexpr float kFastest = 0.03f, kBelief = 0.8f;
}  // namespace

Continuation::Continuation(uint32_t rate)
    : shortest_(rate / 400), longest_(rate / 80), tenMs_(rate / 100), window_(rate / 125), past_(most() + kBeyond) {}

void Continuation::begin(const int16_t* end, size_t count) {
  known_ = std::min(count, most());
  std::copy(end - known_, end, past_.end() - long(kBeyond + known_));
  analyse();
}

void Continuation::beginBackwards(const int16_t* start, size_t count) {
  known_ = std::min(count, most());
  std::reverse_copy(start, start + known_, past_.end() - long(kBeyond + known_));
  analyse();
}

void Continuation::analyse() {
  int16_t* const end = &past_[past_.size() - kBeyond];
  const size_t longest = std::min(longest_, known_ - window_);
  Pitch pitch = findPitch(end, window_, shortest_, longest);
  if (pitch.strength < kNoise) pitch = findPitch(end, window_, longest * 3 / 4, longest);
  period_ = pitch.period;
  exact_ = pitch.exact;
  glide_ = glideFrom(pitch);
  trust_ = 1 - kDoubt * (1 - std::clamp(pitch.strength, 0.f, 1.f));
  fade_ = fadeFrom(end);
  faded_ = 1;
  for (size_t i = 0; i < kBeyond; i++) end[i] = end[long(i) - long(period_)];
  step_ = float(end[-1]) - float(end[-1 - long(period_)]);
  periods_ = before_ = 1;
  made_ = changed_ = 0;
  position_ = positionBefore_ = 0;
}

float Continuation::glideFrom(const Pitch& pitch) const {
  const size_t apart = 2 * window_, most = std::min(longest_, pitch.period * 9 / 8 + 1);
  if (pitch.strength < kPlain || known_ < apart + window_ + most) return 0;
  const Pitch before = findPitch(&past_[past_.size() - kBeyond - apart], window_, std::max(shortest_, pitch.period * 7 / 8), most);
  if (before.strength < kPlain) return 0;
  return kBelief * std::clamp((pitch.exact - before.exact) / float(apart), -kFastest, kFastest);
}

float Continuation::fadeFrom(const int16_t* end) const {
  if (known_ < 2 * period_) return 1;
  const float last = level(end - period_, period_), before = level(end - 2 * period_, period_);
  return std::pow(std::clamp((last + 1) / (before + 1), kSteepest, 1.f), kFading / float(period_));
}

float Continuation::sampleAt(float index) const {
  const size_t whole = size_t(index);
  return cubic(&past_[whole], index - float(whole));
}

float Continuation::at(size_t periods, float position) const {
  const size_t length = periods * period_, overlap = period_ / 4;
  const float start = float(past_.size() - kBeyond - length);
  const float value = sampleAt(start + position), into = position - float(length - overlap);
  if (into <= 0) return value;
  // The seam: what leads up to the start of the periods grows in where their end fades out.
  const float share = into / float(overlap + 1);
  return value * (1 - share) + sampleAt(start + position - float(length)) * share;
}

float Continuation::wrapped(size_t periods, float position) const {
  const float length = float(periods * period_);
  return position >= length ? position - length : position;
}

float Continuation::gain() const {
  const size_t grows = tenMs_ / 8;
  return made_ < grows ? 1 + (trust_ - 1) * float(made_) / float(grows) : trust_;
}

float Continuation::next() {
  const size_t overlap = period_ / 4;
  if ((made_ == tenMs_ || made_ == 2 * tenMs_) && (periods_ + 1) * period_ + overlap + 1 <= known_) {
    // One more period: the phase stays, and the change is overlapped like a seam.
    before_ = periods_++;
    positionBefore_ = position_;
    changed_ = made_;
  }
  float sample = at(periods_, position_);
  const size_t since = made_ - changed_;
  if (before_ != periods_ && since < overlap) {
    const float share = float(since + 1) / float(overlap + 1);
    sample = sample * share + at(before_, positionBefore_) * (1 - share);
  }
  if (made_ < overlap) sample += step_ * (1 - float(made_) / float(overlap));
  sample *= gain() * (faded_ *= fade_);
  const float advance = float(period_) / (exact_ + glide_ * (float(made_) + float(window_) / 2));
  position_ = wrapped(periods_, position_ + advance);
  positionBefore_ = wrapped(before_, positionBefore_ + advance);
  ++made_;
  return sample;
}

}  // namespace offhook
