// One overlap per change, a period long.
#include "time_stretch.h"

#include <algorithm>
#include <cstring>

#include "pitch.h"

namespace offhook {

namespace {
constexpr float kQuiet = 60;  // About −55 dBFS: nobody hears what is cut there.

struct Match {
  size_t lag = 0;
  float likeness = -1;
};
}  // namespace

size_t TimeStretch::shorten(int16_t* speech, size_t count, size_t most, float wanted) const {
  const size_t longest = std::min(longest_, count / 2);
  most = std::min(most, longest);
  size_t lag = 0;
  if (level(speech, 2 * longest) < kQuiet) {
    lag = most;
  } else {
    Match best;
    for (size_t each = shortest_; each <= most; each++) {
      const float alike = likeness(speech, speech + each, longest);
      if (alike > best.likeness) best = {each, alike};
    }
    if (best.likeness >= wanted) lag = best.lag;
  }
  if (lag == 0) return 0;
  crossFade(speech, speech + lag, lag, speech);
  std::memmove(speech + lag, speech + 2 * lag, (count - 2 * lag) * sizeof *speech);
  return lag;
}

size_t TimeStretch::lengthen(int16_t* speech, size_t count, float wanted) const {
  Match best;
  if (level(speech - longest_, 2 * longest_) < kQuiet) {
    best = {longest_, 1};
  } else {
    for (size_t each = shortest_; each <= longest_; each++) {
      const float alike = likeness(speech - each, speech, longest_);
      if (alike > best.likeness) best = {each, alike};
    }
  }
  if (best.likeness < wanted) return 0;
  // First on with the natural continuation, fading into what was just heard; then that continuation again.
  std::memmove(speech + best.lag, speech, count * sizeof *speech);
  crossFade(speech + best.lag, speech - best.lag, best.lag, speech);
  return best.lag;
}

}  // namespace offhook
