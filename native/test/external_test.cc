// The tick thread's half of an external device, driven by hand: both directions whole, clocks apart, late processes.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "audio/external_device.h"
#include "check.h"
#include "rt/clock.h"
#include "signal.h"

using namespace offhook;
using signal_test::amplitude;
using signal_test::sine;

namespace {

constexpr uint32_t kRate = 8000;
constexpr size_t kBlock = kRate / 100;

/** A device and the process that carries its sound, in time that goes only when told. */
struct Room {
  char folder[32] = "/tmp/offhook-external-XXXXXX";
  DeviceCounters counters;
  std::atomic<bool> open{false};
  std::unique_ptr<ExternalDevice> device;
  int fd = -1;
  double due = 0;                // samples the process's clock has made
  uint32_t captured = 0, played = 0;
  std::vector<int16_t> mouth, ear;  // what the engine got; what the process got
  std::vector<int16_t> voice = sine(1000, kRate, kRate, 2000), music = sine(500, kRate, kRate, 8000);
  size_t said = 0;

  Room() {
    if (!mkdtemp(folder)) std::abort();
    DeviceConfig config;
    config.kind = DeviceConfig::Kind::External;
    config.socket = std::string(folder) + "/s";
    config.rate = kRate;
    const Report report = [this](Event&& event) { open = open || std::holds_alternative<event::PortOpened>(event); };
    device = std::make_unique<ExternalDevice>(std::make_shared<ExternalKeeper>(config, report, counters), config);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, config.socket.c_str(), config.socket.size());
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int64_t until = monotonicNs() + 5 * kSecondNs;
    while (connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 && monotonicNs() < until) usleep(1000);
    send(external_wire::kHello, nullptr, 0);
    while (!open && monotonicNs() < until) usleep(1000);
    device->tick(0);
  }
  ~Room() {
    device.reset();
    close(fd);
    unlink((std::string(folder) + "/s").c_str());
    rmdir(folder);
  }

  void send(uint16_t kind, const void* body, size_t bytes) {
    uint8_t message[external_wire::kHeadBytes + external_wire::kMostBodyBytes];
    const uint16_t head[] = {kind, static_cast<uint16_t>(bytes)};
    std::memcpy(message, head, sizeof head);
    if (bytes) std::memcpy(message + sizeof head, body, bytes);
    CHECK_EQ(::send(fd, message, sizeof head + bytes, MSG_NOSIGNAL), static_cast<ssize_t>(sizeof head + bytes));
  }

  /** The process, 10 ms of its clock times `speed`: takes what came, plays and captures what is due. */
  void process(double speed) {
    int16_t in[kRate];
    for (ssize_t got; (got = recv(fd, in, sizeof in, MSG_DONTWAIT)) > 0;) ear.insert(ear.end(), in, in + got / 2);
    for (due += kBlock * speed; due >= kBlock; due -= kBlock) {
      int16_t block[kBlock];
      for (int16_t& sample : block) sample = voice[captured++ % kRate];
      send(external_wire::kSamples, block, sizeof block);
      played = std::min<uint32_t>(static_cast<uint32_t>(ear.size()), played + kBlock);
      send(external_wire::kPlayed, &played, sizeof played);
    }
  }
  void tick() {
    int16_t block[kBlock];
    device->give(block, kBlock, 0);
    mouth.insert(mouth.end(), block, block + kBlock);
    for (int16_t& sample : block) sample = music[said++ % kRate];
    device->take(block, kBlock, 0);
    device->tick(0);
  }
  void run(int ticks, double speed = 1) {
    for (int i = 0; i < ticks; i++) {
      process(speed);
      tick();
    }
  }
  uint64_t xruns() const { return counters.xruns; }
};

/** Each 20 ms of the last `ticks` ticks is the tone at this amplitude, within 5 %. */
void checkWhole(const std::vector<int16_t>& samples, size_t ticks, double hz, double expected) {
  const size_t piece = 2 * kBlock;
  for (size_t at = samples.size() - std::min(samples.size(), ticks * kBlock); at + piece <= samples.size(); at += piece)
    CHECK_WITHIN(amplitude(samples.data() + at, piece, hz, kRate), expected * 0.95, expected * 1.05);
}

}  // namespace

TEST("external/clocks that agree: both directions whole, nothing lost, and what begins too full is emptied unheard") {
  Room room;
  REQUIRE(room.open);
  room.run(500);
  CHECK_EQ(room.xruns(), 0u);
  CHECK_WITHIN(room.counters.slips.load(), 0u, kBlock);
  checkWhole(room.mouth, 450, 1000, 2000);
  checkWhole(room.ear, 450, 500, 8000);
  // 30 ms in store each way.
  const auto first = std::find_if(room.mouth.begin(), room.mouth.end(), [](int16_t sample) { return sample != 0; });
  CHECK_WITHIN(static_cast<size_t>(first - room.mouth.begin()), 2 * kBlock, 4 * kBlock);
  CHECK_WITHIN(room.ear.size() - room.played, kBlock, 4 * kBlock);
}

TEST("external/clocks apart: followed, without loss") {
  for (const double speed : {0.997, 1.003}) {
    Room room;
    REQUIRE(room.open);
    room.run(2000, speed);
    CHECK_EQ(room.xruns(), 0u);
    CHECK_WITHIN(room.counters.slips.load(), 600u, 1200u);  // 480 samples each way, but for what the store takes
    checkWhole(room.mouth, 1900, 1000 * speed, 2000);
    checkWhole(room.ear, 1900, 500, 8000);
  }
}

TEST("external/a process that stands still: one loss each way, nothing piles up, and after it all is whole again") {
  Room room;
  REQUIRE(room.open);
  room.run(100);
  for (int i = 0; i < 50; i++) room.tick();
  CHECK_EQ(room.xruns(), 2u);
  room.run(300);
  CHECK_EQ(room.xruns(), 2u);
  CHECK_WITHIN(room.ear.size() - room.played, kBlock, 6 * kBlock);
  checkWhole(room.mouth, 150, 1000, 2000);
  checkWhole(room.ear, 150, 500, 8000);
}

TEST("external/an engine held up: what came meanwhile is given up but for the store") {
  Room room;
  REQUIRE(room.open);
  room.run(100);
  for (int i = 0; i < 30; i++) room.process(1);
  room.run(100);
  CHECK_WITHIN(room.xruns(), 1u, 3u);
  checkWhole(room.mouth, 50, 1000, 2000);
  checkWhole(room.ear, 50, 500, 8000);
}

TEST("external/a store that ran dry is deeper afterwards, to a limit") {
  Room room;
  REQUIRE(room.open);
  const auto pause = [&room](int ticks) {
    const uint64_t before = room.xruns();
    for (int i = 0; i < ticks; i++) room.tick();
    room.run(500);
    return room.xruns() - before;
  };
  room.run(100);
  CHECK_WITHIN(pause(4), 1u, 2u);
  for (int i = 0; i < 5; i++) pause(12);
  CHECK_EQ(pause(3), 0u);
  CHECK_WITHIN(pause(12), 1u, 2u);
}
