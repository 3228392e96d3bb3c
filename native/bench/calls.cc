// What calls cost: CPU of the engine with 1 and 20 PCMU calls, each side by side and in one conference, and the delay of
// a sound from RTP in to RTP out. The peer runs in another process, so only the engine's own CPU is counted.
#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "codec/g711.h"
#include "engine/engine.h"
#include "rt/clock.h"

using namespace offhook;

namespace {

constexpr uint16_t kEnginePorts = 30000, kPeerPorts = 34000;
constexpr size_t kHeader = 12, kSamples = 160;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  out.sin_port = htons(port);
  return out;
}

/** Cumulative CPU of this process, ns. */
int64_t cpuNs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * kSecondNs + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

/** Runs the engine with `calls` echoing streams (or one conference) and prints what it used. Returns the engine's RTP ports by pipe. */
void engineSide(int calls, bool conference, bool echo, int seconds, int pipeOut) {
  std::vector<event::PairReady> pairs;
  std::atomic<int> ready{0};
  pairs.reserve(static_cast<size_t>(calls));
  Engine engine([&](Event&& event) {
    if (const auto* pair = std::get_if<event::PairReady>(&event); pair && ready < calls) {
      pairs.push_back(*pair);
      ready++;
    }
  });
  engine.submit(command::StockPairs{"127.0.0.1", kEnginePorts, kEnginePorts + 999, static_cast<uint32_t>(calls), 46});
  while (ready < calls) usleep(1000);
  const auto name = [](int i) { return "call:" + std::to_string(i); };
  for (int i = 0; i < calls; i++) {
    StreamConfig config;
    config.rtp = {"127.0.0.1", static_cast<uint16_t>(kPeerPorts + 2 * i)};
    config.rtcp = {"127.0.0.1", static_cast<uint16_t>(kPeerPorts + 2 * i + 1)};
    config.send = {"PCMU", 0, 8000, 1, {}};
    config.receive = {config.send};
    config.cname = "bench";
    engine.submit(command::OpenStream{name(i), pairs[static_cast<size_t>(i)].pair, config, {}});
    if (echo) engine.submit(command::Connect{name(i), name(i)});
    for (int k = 0; conference && k < i; k++) {
      engine.submit(command::Connect{name(i), name(k)});
      engine.submit(command::Connect{name(k), name(i)});
    }
  }
  for (const auto& pair : pairs) {
    const uint16_t port = pair.rtpPort;
    if (write(pipeOut, &port, sizeof port) != sizeof port) std::exit(1);
  }
  usleep(1000000);
  const int64_t cpu = cpuNs(), began = monotonicNs();
  usleep(static_cast<useconds_t>(seconds) * 1000000);
  const double share = 100.0 * static_cast<double>(cpuNs() - cpu) / static_cast<double>(monotonicNs() - began);
  const EngineStats stats = engine.stats();
  std::printf("%2d PCMU calls%s: %.2f %% of a core (%llu late ticks, longest %.2f ms%s)\n", calls,
              conference ? " in one conference" : echo ? ", echoed" : "", share, static_cast<unsigned long long>(stats.lateTicks),
              stats.longestTickMs, stats.realtime ? ", SCHED_FIFO" : "");
  std::fflush(stdout);
}

/** Sends to every port every 20 ms; once a second one packet is loud, and its way through is timed. */
void peerSide(const std::vector<uint16_t>& ports, int seconds, bool timed) {
  std::vector<int> sockets;
  for (size_t i = 0; i < ports.size(); i++) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const sockaddr_in own = loopback(static_cast<uint16_t>(kPeerPorts + 2 * i)), to = loopback(ports[i]);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 || connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      std::perror("peer"), std::exit(1);
    sockets.push_back(fd);
  }
  uint8_t packet[kHeader + kSamples] = {0x80, 0}, in[1500];
  std::vector<double> delays;
  int64_t loudNs = 0, next = monotonicNs();
  size_t echoed = 0;
  for (int n = 0; n < seconds * 50; n++) {
    packet[2] = static_cast<uint8_t>(n >> 8);
    packet[3] = static_cast<uint8_t>(n);
    const uint32_t time = htonl(static_cast<uint32_t>(n) * kSamples);
    std::memcpy(packet + 4, &time, 4);
    const bool loud = n % 50 == 49;
    std::memset(packet + kHeader, loud ? encodeMuLaw(16000) : encodeMuLaw(0), kSamples);
    for (size_t i = 0; i < sockets.size(); i++) {
      packet[11] = static_cast<uint8_t>(i + 1);
      // Twenty peers do not send at the same instant.
      if (i > 0) usleep(static_cast<useconds_t>(14000 / sockets.size()));
      if (send(sockets[i], packet, sizeof packet, 0) < 0 && errno != ECONNREFUSED) std::perror("send");
    }
    if (loud) loudNs = monotonicNs();
    next += 20 * kMillisecondNs;
    for (bool more = true; more;) {
      const int64_t left = std::max<int64_t>(0, next - monotonicNs());
      more = left > 0;
      pollfd poll{sockets[0], POLLIN, 0};
      const timespec wait{0, left};
      ppoll(&poll, timed ? 1 : 0, &wait, nullptr);
      for (const int fd : sockets)
        for (ssize_t got; (got = recv(fd, in, sizeof in, 0)) > 0;) {
          echoed++;
          if (fd != sockets[0] || !loudNs || got < static_cast<ssize_t>(sizeof packet)) continue;
          const uint8_t* end = in + got;
          const uint8_t* first = std::find_if<const uint8_t*>(in + kHeader, end, [](uint8_t code) { return decodeMuLaw(code) > 8000; });
          if (first == end) continue;
          // Both packets ended when they were sent: from the loud packet's first sample to where it came out again.
          delays.push_back(static_cast<double>(monotonicNs() - loudNs) / kMillisecondNs + static_cast<double>(first - in - static_cast<ptrdiff_t>(kHeader)) / 8);
          loudNs = 0;
        }
    }
  }
  for (const int fd : sockets) close(fd);
  std::printf("   %zu packets sent, %zu came back\n", static_cast<size_t>(seconds) * 50 * sockets.size(), echoed);
  if (!timed || delays.empty()) return;
  std::sort(delays.begin(), delays.end());
  std::printf("sound, RTP in to RTP out through jitter buffer, bridge and codec: median %.1f ms, %.1f…%.1f (%zu times)\n",
              delays[delays.size() / 2], delays.front(), delays.back(), delays.size());
}

void measure(int calls, bool conference, bool echo, int seconds) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    engineSide(calls, conference, echo, seconds, ends[1]);
    _exit(0);
  }
  std::vector<uint16_t> ports(static_cast<size_t>(calls));
  for (uint16_t& port : ports)
    if (read(ends[0], &port, sizeof port) != sizeof port) std::exit(1);
  // A peer that keeps time, whatever else runs here; where that is not permitted its jitter is measured too.
  const sched_param firm{60};
  sched_setscheduler(0, SCHED_FIFO, &firm);
  peerSide(ports, seconds + 1, echo && calls == 1);
  const sched_param ordinary{0};
  sched_setscheduler(0, SCHED_OTHER, &ordinary);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace

int main() {
  measure(1, false, true, 8);
  measure(20, false, true, 5);
  measure(20, true, false, 5);
  return 0;
}
