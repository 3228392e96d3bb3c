// A bridge: each side goes on into the hole with its own pitch, so where they meet they would be out of step. They are bent
// until they are not, most where they are least certain, and faded into each other all the way.
#include "plc.h"

#include <algorithm>
#include <cmath>

#include "interpolation.h"
#include "pitch.h"

namespace offhook {

namespace {
/** Less likeness of the two sides is chance: nothing is bent. */
constexpr float kAlike = 0.5f;
/** What a bend of one sample takes from likeness; over a hole no voice drifts by more than this part of it. */
constexpr float kBending = 0.005f;
constexpr size_t kLeastPerBend = 8;

int16_t rounded(float sample) { return int16_t(std::lrint(std::clamp(sample, -32768.f, 32767.f))); }
}  // namespace

Concealer::Concealer(uint32_t rate)
    : tenMs_(rate / 100), fadeEnd_(rate * 60 / 1000), window_(rate / 125), reach_(rate / 160), forward_(rate), backward_(rate) {
  tail_.reserve(tenMs_);
  ahead_.resize(fadeEnd_ + window_ + 2 * reach_ + 4);
  back_.resize(fadeEnd_ + 2 * reach_ + 4);
}

float Concealer::gainAt(size_t made) const {
  if (made < tenMs_) return 1;
  return made >= fadeEnd_ ? 0 : 1 - float(made - tenMs_) / float(fadeEnd_ - tenMs_);
}

void Concealer::begin(const int16_t* end) {
  if (!active_ || filled_) forward_.begin(end, historyNeeded());
  active_ = true;
  filled_ = false;
}

int16_t Concealer::next() {
  const float gain = gainAt(made_++);
  return gain > 0 ? rounded(forward_.next() * gain) : int16_t(0);
}

void Concealer::generate(const int16_t* end, int16_t* out, size_t count) {
  if (!active_ || count > 0) begin(end);
  std::generate_n(out, count, [this] { return next(); });
}

void Concealer::noteFilled(size_t count) {
  active_ = filled_ = true;
  made_ += count;
}

void Concealer::recover(int16_t* speech, size_t count) {
  // The two are seldom in phase, so a long overlap would thin the voice out; after a long hole it hides the change of sound.
  const size_t growing = made_ > tenMs_ ? (made_ - tenMs_) / 5 : 0;
  const size_t overlap = filled_ ? 0 : std::min({forward_.period() / 8 + growing, tenMs_, count});
  tail_.resize(overlap);
  std::generate_n(tail_.begin(), overlap, [this] { return next(); });
  if (overlap > 0) crossFade(tail_.data(), speech, overlap, speech);
  made_ = 0;
  active_ = filled_ = false;
}

float Concealer::misfit(const int16_t* speech, size_t count) const {
  const size_t most = std::min(reach_ - 2, count / kLeastPerBend);
  const float* const end = &ahead_[reach_ + count];
  float energy = 1, best = kAlike, found = 0;
  for (size_t i = 0; i < window_; i++) energy += float(speech[i]) * float(speech[i]);
  for (long by = -long(most); by <= long(most); by++) {
    float cross = 0, own = 1;
    for (size_t i = 0; i < window_; i++) cross += end[by + long(i)] * float(speech[i]), own += end[by + long(i)] * end[by + long(i)];
    const float alike = cross / std::sqrt(energy * own) - kBending * float(std::labs(by));
    if (alike > best) best = alike, found = float(by);
  }
  return found;
}

bool Concealer::bridge(int16_t* speech, size_t count, size_t known) {
  if (count + made_ > fadeEnd_ || known < std::max(backward_.least(), window_)) return false;
  int16_t* const out = speech - count;
  begin(out);
  const float gain = gainAt(made_);
  // What lies before the hole stands before the first side, and what follows it behind the second.
  for (size_t i = 0; i < reach_; i++) ahead_[i] = float(out[long(i) - long(reach_)]);
  std::generate_n(&ahead_[reach_], count + window_ + reach_ + 4, [&] { return forward_.next() * gain; });
  backward_.beginBackwards(speech, known);
  for (size_t i = 0; i < reach_ + 4; i++) back_[reach_ + count + i] = float(speech[i]);
  for (size_t i = reach_ + count; i-- > 0;) back_[i] = backward_.next();

  const float bend = misfit(speech, count), length = float(count);
  const auto bent = [&](const std::vector<float>& side, size_t i, float far) {
    const float at = float(reach_ + i) + bend * far * far;
    const size_t whole = size_t(at);
    return cubic(&side[whole], at - float(whole));
  };
  for (size_t i = 0; i < count; i++) {
    const float into = float(i) / length, share = float(i + 1) / (length + 1);
    // Two sides that are not alike are softer together than either, as they should be: one of them at least is wrong there.
    out[i] = rounded(bent(ahead_, i, into) * (1 - share) + bent(back_, i, 1 - into) * share);
  }
  made_ = 0;
  active_ = filled_ = false;
  return true;
}

}  // namespace offhook
