// WAV files: what is read, what is refused and why, the written header; player and recorder on real files.
#include "audio/wav.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <mutex>

#include "audio/player.h"
#include "audio/recorder.h"
#include "check.h"
#include "rt/clock.h"
#include "signal.h"

using namespace offhook;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes le(uint32_t value, int bytes) {
  Bytes out;
  for (int i = 0; i < bytes; i++) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return out;
}
Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Bytes text(const char* s) { return Bytes(s, s + std::strlen(s)); }
Bytes chunk(const char* id, const Bytes& body) {
  return text(id) + le(static_cast<uint32_t>(body.size()), 4) + body + (body.size() % 2 ? Bytes{0} : Bytes{});
}
Bytes format(uint16_t tag, uint16_t channels, uint32_t rate, uint16_t bits) {
  const uint16_t align = channels * bits / 8;
  return chunk("fmt ", le(tag, 2) + le(channels, 2) + le(rate, 4) + le(rate * align, 4) + le(align, 2) + le(bits, 2));
}
Bytes riff(const Bytes& chunks) { return text("RIFF") + le(static_cast<uint32_t>(chunks.size() + 4), 4) + text("WAVE") + chunks; }

bool parse(const Bytes& file, WavFormat& out, std::string& why) {
  return parseWav([&](uint64_t at, uint8_t* to, size_t count) {
    const size_t have = at < file.size() ? std::min<size_t>(count, file.size() - at) : 0;
    std::copy_n(file.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(at, file.size())), have, to);
    return have;
  }, file.size(), out, why);
}
std::string faultOf(const Bytes& file) {
  WavFormat out;
  std::string why = "none";
  return parse(file, out, why) ? "accepted" : why;
}

/** A file of the test's own that goes with it. */
struct TempFile {
  TempFile() { close(mkstemp(path)); }
  ~TempFile() { unlink(path); }
  char path[32] = "/tmp/offhook-wav-XXXXXX";
};

/** Events of one port, waited for. */
class Events {
 public:
  Report report() {
    return [this](Event&& event) {
      const std::lock_guard<std::mutex> hold(mutex_);
      all_.push_back(std::move(event));
    };
  }
  template <typename T>
  std::optional<T> wait() {
    for (int i = 0; i < 400; i++) {
      {
        const std::lock_guard<std::mutex> hold(mutex_);
        for (const Event& event : all_)
          if (const T* found = std::get_if<T>(&event)) return *found;
      }
      usleep(5000);
    }
    return {};
  }

 private:
  std::mutex mutex_;
  std::vector<Event> all_;
};

}  // namespace

TEST("wav/PCM16, A-law and µ-law, mono and stereo, with other chunks before the samples") {
  WavFormat out;
  std::string why;
  REQUIRE(parse(riff(chunk("LIST", {1, 2, 3}) + format(1, 2, 44100, 16) + chunk("data", le(0x00040002, 4) + le(0, 4))), out, why));
  CHECK_EQ(out.rate, 44100u);
  CHECK_EQ(out.frames(), 2u);
  const Bytes stereo = le(0x00040002, 4);
  int16_t sample = 0;
  decodeWav(out, stereo.data(), 1, &sample);
  CHECK_EQ(sample, 3);
  REQUIRE(parse(riff(format(7, 1, 8000, 8) + chunk("data", {0xff, 0x00, 0x80})), out, why));
  int16_t three[3];
  const Bytes codes{0xff, 0x00, 0x80};
  decodeWav(out, codes.data(), 3, three);
  CHECK_EQ(three[0], 0);
  CHECK_EQ(three[1], -32124);
  CHECK_EQ(three[2], 32124);
  REQUIRE(parse(riff(format(6, 1, 8000, 8) + chunk("data", {0x2a})), out, why));
  const uint8_t loud = 0x2a;
  decodeWav(out, &loud, 1, &sample);
  CHECK_EQ(sample, -32256);
}

TEST("wav/a fault is named with its offset, what was expected and what was found") {
  const Bytes good = riff(format(1, 1, 8000, 16) + chunk("data", Bytes(100)));
  CHECK_EQ(faultOf(good), "accepted");
  CHECK_EQ(faultOf({}), "WAV file, offset 0: expected 12 bytes of RIFF header, found 0 bytes in all");
  CHECK_EQ(faultOf(text("RIFX....WAVE")), "WAV file, offset 0: expected \"RIFF\", found \"RIFX\"");
  CHECK_EQ(faultOf(Bytes(good.begin(), good.end() - 1)), "WAV file, offset 44: expected 100 bytes of samples, found 99");
  CHECK_EQ(faultOf(riff(format(1, 1, 8000, 24))), "WAV file, offset 34: expected 16 bits a sample, found 24");
  CHECK_EQ(faultOf(riff(format(2, 1, 8000, 4))), "WAV file, offset 20: expected format 1 (PCM), 6 (A-law) or 7 (µ-law), found 2");
  CHECK_EQ(faultOf(riff(format(1, 3, 8000, 16))), "WAV file, offset 22: expected 1 or 2 channels, found 3");
  CHECK_EQ(faultOf(riff(chunk("data", Bytes(4)))), "WAV file, offset 12: expected a \"fmt \" chunk before \"data\", found none");
  CHECK_EQ(faultOf(riff(format(1, 1, 8000, 16))), "WAV file, offset 36: expected a \"data\" chunk, found the end of the file");
}

TEST("wav/what the recorder writes the player plays, sample for sample") {
  const TempFile file;
  const auto tone = signal_test::sine(440, 16000, 3200, 9000);
  Events recorded, played;
  {
    FileWorker worker;
    Recorder recorder({file.path, 16000, 0}, recorded.report(), worker);
    REQUIRE(recorded.wait<event::PortOpened>());
    for (size_t at = 0; at < tone.size(); at += 160) recorder.take(tone.data() + at, 160, 0);
  }
  FileWorker worker;
  Player player({file.path, 2, 10, 0}, played.report(), worker);
  const auto opened = played.wait<event::PortOpened>();
  REQUIRE(opened);
  CHECK_EQ(opened->rate, 16000u);
  std::vector<int16_t> heard(6720);
  for (size_t at = 0; at < heard.size(); at += 160) player.give(heard.data() + at, 160, 0);
  CHECK(std::equal(tone.begin(), tone.end(), heard.begin()));
  CHECK(std::all_of(heard.begin() + 3200, heard.begin() + 3360, [](int16_t s) { return s == 0; }));
  CHECK(std::equal(tone.begin(), tone.end(), heard.begin() + 3360 - 0, heard.begin() + 6560));
  player.give(heard.data(), 160, 0);
  CHECK(played.wait<event::PortEnded>());
}

TEST("wav/a recording stops at its size limit and is a whole file") {
  const TempFile file;
  Events events;
  FileWorker worker;
  Recorder recorder({file.path, 8000, 44 + 1000}, events.report(), worker);
  const std::vector<int16_t> block(80, 5);
  for (int i = 0; i < 20; i++) recorder.take(block.data(), 80, 0);
  CHECK(events.wait<event::PortEnded>());
  std::ifstream in(file.path, std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(in)), {});
  CHECK_EQ(bytes.size(), 1044u);
  CHECK_EQ(faultOf(bytes), "accepted");
}

TEST("wav/a file that is not there, and a place that cannot be written, fail with the reason") {
  Events played, recorded;
  FileWorker worker;
  Player player({"/nowhere/at/all.wav", 1, 0, 0}, played.report(), worker);
  Recorder recorder({"/nowhere/at/all.wav", 8000, 0}, recorded.report(), worker);
  const auto a = played.wait<event::PortFailed>();
  const auto b = recorded.wait<event::PortFailed>();
  REQUIRE(a && b);
  CHECK_EQ(a->reason, "/nowhere/at/all.wav: No such file or directory");
  CHECK_EQ(b->reason, "/nowhere/at/all.wav: No such file or directory");
}

namespace {
/** A file of `ms` in which every sample says which millisecond it is of. */
void writeRamp(const std::string& path, uint32_t ms) {
  Bytes samples;
  for (uint32_t i = 0; i < ms * 8; i++) {
    const Bytes sample = le(i / 8, 2);
    samples.insert(samples.end(), sample.begin(), sample.end());
  }
  const Bytes file = riff(format(1, 1, 8000, 16) + chunk("data", samples));
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(file.data()), std::streamsize(file.size()));
}

PortStatus statusOf(const FilePort& port) {
  PortStatus status;
  port.describe(status);
  return status;
}

/** The next 10 ms that are not silent; waits for the file worker. */
std::vector<int16_t> nextSound(Player& player) {
  std::vector<int16_t> block(80);
  for (int i = 0; i < 400; i++) {
    player.give(block.data(), 80, 0);
    if (block[0] != 0) return block;
    usleep(2000);
  }
  return {};
}
}  // namespace

TEST("wav/a player stands still and goes on, goes to a place and says where it is, also after its end") {
  const TempFile file;
  writeRamp(file.path, 3000);
  // Those who are reported to outlive the worker that reports.
  Events events, unheard;
  FileWorker worker;
  // Nowhere before it is open, which this one never is: the worker may be quicker than whoever asks.
  const Player missing({std::string(file.path) + ".none", 1, 0, 0}, unheard.report(), worker);
  CHECK(std::isnan(statusOf(missing).positionMs));
  Player player({file.path, 1, 0, 0}, events.report(), worker);
  REQUIRE(events.wait<event::PortOpened>());
  int16_t block[80];
  for (int i = 0; i < 50; i++) player.give(block, 80, 0);
  CHECK_EQ(block[0], 490);
  CHECK_EQ(statusOf(player).positionMs, 500.0);
  CHECK_EQ(statusOf(player).lengthMs, 3000.0);
  player.setPaused(true);
  for (int i = 0; i < 10; i++) player.give(block, 80, 0);
  CHECK(std::all_of(block, block + 80, [](int16_t s) { return s == 0; }));
  CHECK(statusOf(player).paused && statusOf(player).positionMs == 500.0);
  player.setPaused(false);
  player.give(block, 80, 0);
  CHECK_EQ(block[0], 500);
  // On to where nothing is in store yet, and back.
  for (const uint32_t at : {2800u, 100u}) {
    player.seek(at);
    const auto sound = nextSound(player);
    REQUIRE(!sound.empty());
    CHECK_EQ(sound[0], int16_t(at));
    CHECK_EQ(statusOf(player).positionMs, double(at + 10));
  }
  player.seek(2990);
  CHECK_EQ(nextSound(player).at(79), 2999);
  player.give(block, 80, 0);
  REQUIRE(events.wait<event::PortEnded>());
  CHECK_EQ(statusOf(player).positionMs, 3000.0);
  player.seek(1000);
  CHECK_EQ(nextSound(player).at(0), 1000);
}

TEST("wav/a recorder lets pass what comes while it is paused") {
  const TempFile file;
  Events events;
  {
    FileWorker worker;
    Recorder recorder({file.path, 8000, 0}, events.report(), worker);
    int16_t block[80];
    for (int16_t i = 1; i <= 30; i++) {
      std::fill_n(block, 80, i);
      recorder.setPaused(i > 10 && i <= 20);
      recorder.take(block, 80, 0);
      if (i == 20) CHECK(statusOf(recorder).paused && statusOf(recorder).positionMs == 100.0);
    }
    CHECK_EQ(statusOf(recorder).positionMs, 200.0);
  }
  std::ifstream in(file.path, std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(in)), {});
  REQUIRE(bytes.size() == 44 + 20 * 160);
  for (size_t i = 0; i < 20; i++) CHECK_EQ(int(bytes[44 + i * 160]), int(i < 10 ? i + 1 : i + 11));
}
