// The substitute is made sample by sample from a segment of whole pitch periods whose seam is overlapped.
#include "plc.h"

#include <algorithm>
#include <cmath>

#include "pitch.h"

namespace offhook {

namespace {
constexpr float kNoise = 0.35f;  // Below this strength the "pitch" is chance, and a short one would buzz.
}

Concealer::Concealer(uint32_t rate)
    : shortest_(rate / 400), longest_(rate / 80), tenMs_(rate / 100), window_(rate / 125), fadeEnd_(rate * 60 / 1000), history_(historyNeeded()) {
  segment_.reserve(longest_ * 3);
  tail_.reserve(tenMs_);
}

void Concealer::analyse(const int16_t* end) {
  std::copy(end - history_.size(), end, history_.begin());
  const int16_t* const last = history_.data() + history_.size();
  Pitch pitch = findPitch(last, window_, shortest_, longest_);
  if (pitch.strength < kNoise) pitch = findPitch(last, window_, longest_ * 3 / 4, longest_);
  period_ = pitch.period;
  step_ = float(last[-1]) - float(last[-1 - int(period_)]);
  position_ = 0;
  useSegment(1);
}

void Concealer::useSegment(size_t periods) {
  const size_t length = period_ * periods, overlap = quarter(period_);
  const int16_t* const last = history_.data() + history_.size();
  segment_.assign(last - length, last);
  // The seam: what leads up to the start of the segment grows in where its end fades out.
  crossFade(segment_.data() + length - overlap, last - length - overlap, overlap, segment_.data() + length - overlap);
}

float Concealer::gainAt(size_t made) const {
  if (made < tenMs_) return 1;
  return made >= fadeEnd_ ? 0 : 1 - float(made - tenMs_) / float(fadeEnd_ - tenMs_);
}

int16_t Concealer::next() {
  float sample = segment_[position_];
  position_ = position_ + 1 == segment_.size() ? 0 : position_ + 1;
  const size_t overlap = quarter(period_);
  if (made_ < overlap) sample += step_ * (1 - float(made_) / float(overlap));
  return int16_t(std::lrint(std::clamp(sample * gainAt(made_), -32768.f, 32767.f)));
}

void Concealer::generate(const int16_t* end, int16_t* out, size_t count) {
  if (!active_ || (filled_ && count > 0)) {
    analyse(end);
    filled_ = false;
  }
  active_ = true;
  for (size_t i = 0; i < count; i++, made_++) {
    if (isSilent()) {
      out[i] = 0;
      continue;
    }
    if (made_ == tenMs_ || made_ == 2 * tenMs_) {
      // One more period: the phase stays, and the change is overlapped like a seam.
      const size_t overlap = quarter(period_);
      const size_t periods = made_ / tenMs_ + 1;
      const size_t before = position_, madeBefore = made_;
      tail_.clear();
      for (size_t k = 0; k < overlap; k++, made_++) tail_.push_back(next());
      made_ = madeBefore;
      useSegment(periods);
      position_ = before;
      const size_t room = std::min(overlap, count - i);
      for (size_t k = 0; k < room; k++, made_++) out[i + k] = next();
      crossFade(tail_.data(), out + i, room, out + i);
      if (room > 0) {
        i += room - 1;
        --made_;
      }
      continue;
    }
    out[i] = next();
  }
}

void Concealer::noteFilled(size_t count) {
  active_ = filled_ = true;
  made_ += count;
}

void Concealer::recover(int16_t* speech, size_t count) {
  // The two are seldom in phase, so a long overlap would thin the voice out; after a long hole it hides the change of sound.
  const size_t growing = made_ > tenMs_ ? (made_ - tenMs_) / 5 : 0;
  const size_t overlap = filled_ ? 0 : std::min({period_ / 8 + growing, tenMs_, count});
  tail_.assign(overlap, 0);
  for (size_t i = 0; i < overlap; i++, made_++) tail_[i] = isSilent() ? int16_t(0) : next();
  if (overlap > 0) crossFade(tail_.data(), speech, overlap, speech);
  made_ = 0;
  active_ = filled_ = false;
}

}  // namespace offhook
