// Any sequence of commands to a whole engine with its threads: three bytes a command. Afterwards everything must be closed:
// no port, no pair in stock, no descriptor left over.
#include <dirent.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "engine/engine.h"

using namespace offhook;

namespace {

size_t descriptors() {
  size_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder)) ++count;
  closedir(folder);
  return count;
}

[[noreturn]] void wrong(const char* what, uint64_t got) {
  std::fprintf(stderr, "%s: %llu\n", what, static_cast<unsigned long long>(got));
  std::abort();
}

/** The commands of a script, with names and pairs that are often there and often not. */
class Script {
 public:
  Script(const uint8_t* data, size_t size, std::atomic<uint32_t>& lastPair) : at_(data), end_(data + size), lastPair_(lastPair) {}
  bool more() const { return end_ - at_ >= 3; }

  Command next() {
    const uint8_t what = *at_++, a = *at_++, b = *at_++;
    switch (what % 18) {
      case 0: return command::StockPairs{a & 64 ? "::1" : "127.0.0.1", uint16_t(20000 + a * 8), uint16_t(20100 + a * 8), b % 6u, uint8_t(a % 70)};
      case 1: return command::ReleasePair{pair(b)};
      case 2: return command::OpenStream{port(a), pair(b), stream(b), pair(a)};
      case 3: return command::OpenStream{port(a), pair(b), stream(b), {}};
      case 4: return command::UpdateStream{port(a), stream(b)};
      case 5: return command::OpenDevice{port(a), device(b)};
      case 6: return command::OpenTone{port(a), {{{{440, double(b)}, b, -double(b % 70)}, {{}, b * 7u, 0}}, b % 3u}};
      case 7: return command::OpenPlayer{port(a), b & 1 ? "/dev/null" : "/nowhere", b % 4u, b};
      case 8: return command::ClosePort{port(a)};
      case 9: return command::Connect{port(a), port(b)};
      case 10: return command::Disconnect{port(a), port(b)};
      case 11: return command::SetGain{port(a), b & 1 ? std::optional<double>(b - 100.0) : std::nullopt, b & 2 ? std::optional<double>(0) : std::nullopt};
      case 12: return command::SendDtmf{port(a), std::string(b % 5, "5,D*x"[b % 5]), b * 10u, b};
      case 13: return command::QueryStats{port(a), b};
      case 14: return command::SetPaused{port(a), (b & 1) != 0};
      case 15: return command::Seek{port(a), b * 100u};
      case 16: return command::QueryPort{port(a), b};
      default: {
        const SocketSource rtp{b & 1 ? a % 4 : -1, {b & 2 ? "127.0.0.1" : "::1", uint16_t(30000 + a)}};
        return command::BringPair{a, rtp, b & 4 ? std::optional<SocketSource>({-1, {"127.0.0.1", uint16_t(31000 + a)}}) : std::nullopt, b};
      }
    }
  }
  static PortId port(uint8_t n) { return std::string(1, char('a' + n % 8)); }

 private:
  PairId pair(uint8_t n) const { return n & 1 ? lastPair_.load() : n % 16u; }
  static Codec codec(uint8_t n) {
    Codec codec;
    codec.name = n % 5 == 0 ? "OPUS" : n & 1 ? "PCMA" : "PCMU";
    codec.payloadType = n & 1 ? 8 : 0;
    codec.clockRate = n % 31 == 0 ? 0 : 8000;
    return codec;
  }
  static StreamConfig stream(uint8_t n) {
    StreamConfig config;
    config.rtp = {n % 37 == 0 ? "nonsense" : "127.0.0.1", uint16_t(n & 4 ? 20000 + n * 8 : 0)};
    config.rtcp = {"127.0.0.1", uint16_t(config.rtp.port + 1)};
    config.direction = static_cast<Direction>(n % 4);
    config.send = codec(n);
    config.receive = {codec(n), codec(uint8_t(n >> 1))};
    config.ptimeMs = n % 8 * 10u;
    if (n & 8) config.eventSend = 101;
    if (n & 16) config.eventReceive = 101;
    if (n & 32) config.detectInBand = n & 64;
    config.silenceMs = n & 64 ? 20 : 0;
    config.jitterMaxMs = n * 2u;
    return config;
  }
  static DeviceConfig device(uint8_t n) {
    DeviceConfig device;
    device.kind = n & 1 ? DeviceConfig::Kind::Wav : DeviceConfig::Kind::Null;
    device.capture = n & 2 ? "/nowhere" : "";
    device.rate = n & 4 ? 16000 : n & 8 ? 48000 : n & 16 ? n * 100u : 8000;
    return device;
  }

  const uint8_t* at_;
  const uint8_t* const end_;
  std::atomic<uint32_t>& lastPair_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const size_t before = descriptors();
  {
    std::atomic<uint32_t> lastPair{0}, answered{0};
    EngineOptions options;
    options.priority = 0;
    Engine engine([&](Event&& event) {
      if (const auto* ready = std::get_if<event::PairReady>(&event)) lastPair = ready->pair;
      if (const auto* rejected = std::get_if<event::Rejected>(&event)) answered += rejected->port == "last";
    }, std::move(options));
    Script script(data, std::min<size_t>(size, 600), lastPair);
    for (int n = 0; script.more(); n++) {
      engine.submit(script.next());
      if (n % 16 == 15) usleep(500);  // a plan or a tick in between
    }
    for (uint8_t n = 0; n < 8; n++) engine.submit(command::ClosePort{Script::port(n)});
    engine.submit(command::StockPairs{"", 20000, 30000, 0, 0});  // of every address
    engine.submit(command::ClosePort{"last"});  // refused, and so tells that all before it is done
    for (int i = 0; answered == 0; i++) {
      if (i > 5000) wrong("no answer after ms", 5000);
      usleep(1000);
    }
    const EngineStats stats = engine.stats();
    if (stats.ports != 0) wrong("ports left open", stats.ports);
    if (stats.stockedPairs != 0) wrong("pairs left in stock", stats.stockedPairs);
    if (stats.droppedEvents != 0) wrong("events dropped", stats.droppedEvents);
  }
  if (descriptors() != before) wrong("descriptors left open", descriptors() - before);
  return 0;
}
