// Both sides of a sound device in time that goes only when told: clocks apart, sides that start apart, ticks that come late, an
// engine held up. Whatever is not lost in an xrun is heard as the tone that it was.
#include <algorithm>
#include <cerrno>
#include <string>

#include "audio/capture_side.h"
#include "audio/playback_side.h"
#include "check.h"
#include "rt/clock.h"
#include "signal.h"

using namespace offhook;

namespace {

constexpr double kHears = 1013, kSays = 437, kAmplitude = 10000;

/** One direction of a device that moves by a clock of its own, `step` samples at a time. */
class FakePcm final : public Pcm {
 public:
  FakePcm(bool playing, uint32_t rate, double ppm, size_t step, const double& now)
      : playing_(playing), rate_(rate), ratio_(1 + ppm * 1e-6), step_(step), now_(now) {}

  size_t period() const override { return rate_ / 100; }
  size_t buffer() const override { return rate_ / 25; }
  int start(size_t prefill) override {
    began_ = now_ + startsLate;
    moved_ = 0;
    broken_ = false;
    if (playing_) put(std::vector<int16_t>(prefill).data(), prefill);
    return 0;
  }
  int read(int16_t* out, size_t count) override {
    if (waiting() < 0) return -EPIPE;
    count = std::min(count, static_cast<size_t>(waiting()));
    for (size_t i = 0; i < count; i++, moved_++)
      out[i] = static_cast<int16_t>(std::lround(kAmplitude * std::sin(2 * M_PI * kHears * static_cast<double>(moved_) / rate_)));
    return static_cast<int>(count);
  }
  int write(const int16_t* in, size_t count) override {
    if (waiting() < 0) return -EPIPE;
    count = std::min(count, buffer() - static_cast<size_t>(waiting()));
    put(in, count);
    return static_cast<int>(count);
  }
  long waiting() override {
    const auto at = static_cast<size_t>(std::max(0.0, (now_ - began_) * rate_ * ratio_));
    const size_t shown = at - at % step_;
    broken_ = broken_ || (playing_ ? at > moved_ : shown > moved_ + buffer());
    if (broken_) return -EPIPE;
    return static_cast<long>(playing_ ? moved_ - shown : shown - moved_);
  }
  int recover(int, size_t prefill) override { return start(prefill); }

  double startsLate = 0;      // s after start()
  std::vector<int16_t> heard;  // of playback, silence of its prefill included

 private:
  void put(const int16_t* in, size_t count) {
    heard.insert(heard.end(), in, in + count);
    moved_ += count;
  }

  const bool playing_;
  const double rate_, ratio_;
  const size_t step_;
  const double& now_;
  double began_ = 0;
  size_t moved_ = 0;  // read or written since it began
  bool broken_ = false;
};

struct Way {
  std::string name;
  uint32_t rate = 8000;
  bool paces = true;
  double capturePpm = 0, playbackPpm = 0;
  bool coarse = true;       // pointers that move by whole periods
  double startsApart = 0;   // s
  double late = 0.004;      // the most a tick comes late, s
  int heldUpAt = -1;        // tick
};

/** A device and the ticks of its engine. */
struct Room {
  explicit Room(const Way& way)
      : capturing(false, way.rate, way.capturePpm, way.coarse ? way.rate / 100 : 8, now),
        playing(true, way.rate, way.playbackPpm, way.coarse ? way.rate / 100 : 8, now),
        hears(capturing, way.rate, counters),
        says(playing, way.rate, counters),
        way_(way) {
    says.setSteady(way.paces && way.capturePpm == way.playbackPpm);
    capturing.startsLate = way.startsApart;
    CHECK_EQ(says.start(), 0);
    CHECK_EQ(capturing.start(0), 0);
    tick(false);
  }

  void tick(bool driven) {
    const size_t block = way_.rate / 100;
    int16_t in[480], out[480];
    CHECK_EQ(hears.readAll(), 0);
    hears.give(in, driven);
    mouth.insert(mouth.end(), in, in + block);
    for (size_t i = 0; i < block; i++, said_++)
      out[i] = static_cast<int16_t>(std::lround(kAmplitude * std::sin(2 * M_PI * kSays * static_cast<double>(said_) / way_.rate)));
    CHECK_EQ(says.take(out, static_cast<int64_t>(now * 1e9)), 0);
    now += 0.0002;
  }

  void run(int ticks) {
    double due = now;
    for (int i = 0; i < ticks; i++) {
      due += 0.01;
      if (way_.paces) {
        for (;; now += 0.00005) {
          CHECK_EQ(hears.readAll(), 0);
          if (hears.hasBlock()) break;
        }
      } else {
        now = std::max(now, due);
      }
      random_ = random_ * 1103515245 + 12345;
      // Most are prompt, some are not.
      if (now <= due + way_.late) now += way_.late * std::pow((random_ >> 8) / 16777216.0, 6);
      if (ticks_++ == way_.heldUpAt) now += 0.03;
      tick(way_.paces);
    }
  }

  double now = 1;
  DeviceCounters counters;
  FakePcm capturing, playing;
  CaptureSide hears;
  PlaybackSide says;
  std::vector<int16_t> mouth;

 private:
  const Way way_;
  size_t said_ = 0;
  int ticks_ = 0;
  uint32_t random_ = 1;
};

/** How far a piece is from its tone, whose pitch may be 1 % off, dB below it. */
double error(const int16_t* in, size_t count, double hz, uint32_t rate) {
  const auto left = [&](double at) { return signal_test::errorDb(in, count, at, rate, kAmplitude); };
  double low = hz * 0.988, high = hz * 1.012;
  for (int i = 0; i < 16; i++) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (left(a) < left(b)) high = b;
    else low = a;
  }
  return left((low + high) / 2);
}

/** How many of the pieces of 20 ms, from the `from`th second on, are not the tone to 40 dB. */
int broken(const std::vector<int16_t>& sound, double hz, uint32_t rate, double from) {
  const size_t hop = rate / 100, piece = 2 * hop;
  int count = 0;
  for (size_t at = static_cast<size_t>(from * rate); at + piece <= sound.size(); at += hop) count += error(&sound[at], piece, hz, rate) > -40;
  return count;
}

std::vector<Way> ways() {
  std::vector<Way> all;
  for (const uint32_t rate : {8000u, 16000u, 48000u})
    for (const bool paces : {true, false})
      for (const double ppm : {0.0, 200.0, -200.0}) {
        if (rate == 48000 && (paces || ppm < 0)) continue;  // the same again, at more cost
        for (const bool coarse : {true, false}) {
          Way way;
          way.name = std::to_string(rate) + " Hz" + (paces ? " paces" : "") + (coarse ? " coarse " : " fine ") + std::to_string(int(ppm)) + " ppm";
          way.rate = rate, way.paces = paces, way.coarse = coarse;
          way.capturePpm = way.playbackPpm = ppm;
          all.push_back(way);
          if (rate == 48000) continue;
          way.name += ", sides start 6 ms apart";
          way.startsApart = 0.006;
          all.push_back(way);
        }
      }
  return all;
}

}  // namespace

TEST("device-clock/late ticks, clocks apart and a start that is uneven: no xrun, and every 20 ms is whole") {
  for (const Way& way : ways()) {
    Room room(way);
    room.run(2000);
    const auto tell = [&](const char* what, double value) {
      if (value > 0) check::fail(__FILE__, __LINE__, way.name + ": " + what + " " + std::to_string(value));
    };
    tell("xruns", static_cast<double>(room.counters.xruns));
    tell("mouth broken", broken(room.mouth, kHears, way.rate, 0.1));
    tell("ear broken", broken(room.playing.heard, kSays, way.rate, 0.1));
  }
}

TEST("device-clock/one clock and one start: not a sample is touched, from the first on") {
  for (const bool coarse : {true, false}) {
    Way way;
    way.coarse = coarse;
    way.capturePpm = way.playbackPpm = 150;
    way.late = 0.008;
    Room room(way);
    room.run(1000);
    CHECK_EQ(room.counters.xruns.load(), 0u);
    CHECK_EQ(room.counters.slips.load(), 0u);
    CHECK_EQ(broken(room.playing.heard, kSays, way.rate, 0.04), 0);
    CHECK_EQ(broken(room.mouth, kHears, way.rate, 0.02), 0);
    // What is said is heard a block and the 8 samples later, and a block is on its way.
    CHECK_WITHIN(room.playing.waiting(), 80, 160);
  }
}

TEST("device-clock/capture and playback by clocks of their own: both are followed, the one that drives the ticks is not touched") {
  for (const double ppm : {300.0, -300.0}) {
    Way way;
    way.playbackPpm = ppm;
    Room room(way);
    room.run(6000);
    CHECK_EQ(room.counters.xruns.load(), 0u);
    CHECK_EQ(broken(room.mouth, kHears, way.rate, 0.02), 0);
    CHECK_EQ(broken(room.playing.heard, kSays, way.rate, 0.1), 0);
    CHECK_WITHIN(room.counters.slips.load(), 80u, 250u);  // 144 in a minute
  }
}

TEST("device-clock/held up for 30 ms: what ran dry is filled anew, nothing is late afterwards, all else is whole") {
  for (const bool paces : {true, false})
    for (const double ppm : {0.0, 200.0}) {
      Way way;
      way.paces = paces;
      way.capturePpm = way.playbackPpm = ppm;
      way.heldUpAt = 500;
      Room room(way);
      room.run(504);
      CHECK_WITHIN(room.counters.xruns.load(), 1u, 1u);
      const size_t ear = room.playing.heard.size(), mouth = room.mouth.size();
      // 100 ms later a gap of at most 60 ms has been heard, and only there.
      CHECK_WITHIN(broken({room.playing.heard.begin() + 800, room.playing.heard.begin() + static_cast<ptrdiff_t>(ear)}, kSays, 8000, 0), 1, 8);
      room.run(1000);
      CHECK_EQ(room.counters.xruns.load(), 1u);
      CHECK_EQ(broken(room.mouth, kHears, way.rate, 0.1), 0);
      CHECK_EQ(broken({room.playing.heard.begin() + static_cast<ptrdiff_t>(ear) + 160, room.playing.heard.end()}, kSays, 8000, 0), 0);
      CHECK_EQ(mouth + 80000, room.mouth.size());
      CHECK_WITHIN(room.playing.waiting(), 80, 320);
    }
}
