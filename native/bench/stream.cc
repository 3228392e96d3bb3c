// What a call costs: give, take and tick of a whole Stream with its sockets, and the delay of a clean path.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "rtp/stream.h"

using namespace offhook;
using Clock = std::chrono::steady_clock;

namespace {
std::unique_ptr<Stream> openStream(SocketPair pair, const SocketPair& peer) {
  StreamConfig config;
  config.rtp = {"127.0.0.1", peer.rtpPort};
  config.rtcp = {"127.0.0.1", peer.rtcpPort};
  config.send.name = "PCMU";
  config.receive = {config.send};
  std::string why;
  auto stream = Stream::create("bench", std::move(pair), config, [](Event&&) {}, why);
  if (!stream) std::printf("%s\n", why.c_str()), std::exit(1);
  return stream;
}
double us(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }
}  // namespace

int main() {
  SocketPair one, two;
  std::string why;
  if (!bindPair("127.0.0.1", 20000, 60000, 46, one, why) || !bindPair("127.0.0.1", 20000, 60000, 46, two, why)) return 1;
  SocketPair oneAgain, twoAgain;
  oneAgain.rtpPort = one.rtpPort, oneAgain.rtcpPort = one.rtcpPort;
  twoAgain.rtpPort = two.rtpPort, twoAgain.rtcpPort = two.rtcpPort;
  const auto a = openStream(std::move(one), twoAgain), b = openStream(std::move(two), oneAgain);
  const int frames = 20000;
  int16_t sound[80];
  for (int i = 0; i < 80; i++) sound[i] = int16_t(i * 300 - 12000);
  Clock::duration receive{}, give{}, take{}, tick{};
  int64_t now = 1'000'000'000;
  for (int i = 0; i < 2 * frames; i++) {
    now += 10'000'000;
    for (Stream* each : {a.get(), b.get()}) {
      const auto t0 = Clock::now();
      if (i % 2 == 0) each->onRtpReadable(now);
      const auto t1 = Clock::now();
      int16_t out[80];
      each->give(out, 80, now);
      const auto t2 = Clock::now();
      each->take(sound, 80, now);
      const auto t3 = Clock::now();
      each->tick(now);
      const auto t4 = Clock::now();
      receive += t1 - t0, give += t2 - t1, take += t3 - t2, tick += t4 - t3;
    }
  }
  const double per = 2.0 * frames;
  std::printf("a stream per 20 ms: receive %.2f us, give %.2f us, take (with sendto) %.2f us, tick %.2f us, all %.2f us = %.3f %% of a core\n",
              us(receive) / per, us(give) / per, us(take) / per, us(tick) / per, us(receive + give + take + tick) / per,
              us(receive + give + take + tick) / per / 20000 * 100);
  const StreamStats stats = b->stats();
  std::printf("received %llu, concealed %.0f ms, arrival to play %.1f ms\n", static_cast<unsigned long long>(stats.receivedPackets), stats.concealedMs, stats.playoutDelayMs);

  std::vector<std::unique_ptr<Stream>> many;
  const auto resident = [] {
    long pages = 0, unused = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
      if (std::fscanf(file, "%ld %ld", &unused, &pages) != 2) pages = 0;
      std::fclose(file);
    }
    return pages * 4.0;
  };
  const double before = resident();
  for (int i = 0; i < 50; i++) {
    SocketPair pair;
    if (!bindPair("127.0.0.1", 20000, 60000, 46, pair, why)) return 1;
    SocketPair self;
    self.rtpPort = pair.rtpPort, self.rtcpPort = pair.rtcpPort;
    many.push_back(openStream(std::move(pair), self));
  }
  for (int i = 0; i < 400; i++) {
    now += 10'000'000;
    for (auto& each : many) {
      int16_t out[80];
      each->onRtpReadable(now);
      each->give(out, 80, now);
      each->take(sound, 80, now);
      each->tick(now);
    }
  }
  std::printf("resident memory of a stream in use: %.0f kB\n", (resident() - before) / 50);
}
