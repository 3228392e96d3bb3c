// Speech-like sound and a network in virtual time, for tests and benchmarks of the receive path.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "codec/g711.h"
#include "rtp/jitter_buffer.h"

namespace sim {

constexpr double kPi = 3.14159265358979323846;

/** Voiced syllables with gliding pitch and formants, unvoiced ones, and pauses; 8 kHz. */
inline std::vector<int16_t> speech(double seconds, uint32_t seed = 1) {
  std::mt19937 random(seed);
  const auto between = [&](double low, double high) { return low + (high - low) * (random() / 4294967296.0); };
  const double rate = 8000;
  std::vector<int16_t> out;
  double formant[3][2] = {};
  while (double(out.size()) < seconds * rate) {
    const double kind = between(0, 1);
    const size_t length = size_t(between(0.08, 0.3) * rate);
    const bool voiced = kind < 0.65, pause = kind > 0.85;
    const double f0 = between(90, 220), f1 = f0 * between(0.85, 1.15);
    const double centre[3] = {between(300, 800), between(900, 2200), between(2400, 3200)};
    const double width[3] = {80, 120, 200};
    double phase = 0;
    for (size_t i = 0; i < length; i++) {
      const double at = double(i) / double(length);
      const double shape = std::min({1.0, at * 8, (1 - at) * 8});
      phase += (f0 + (f1 - f0) * at) / rate;
      double x = 0;
      if (pause) x = between(-1, 1) * 0.002;
      else if (!voiced) x = between(-1, 1) * 0.15 * shape;
      else if (phase >= 1) phase -= 1, x = shape * between(0.92, 1.08);
      if (voiced) x += between(-1, 1) * 0.004;
      double y = pause ? x : 0;
      for (int k = 0; k < 3 && !pause; k++) {
        const double radius = std::exp(-kPi * width[k] / rate);
        const double next = x + 2 * radius * std::cos(2 * kPi * centre[k] / rate) * formant[k][0] - radius * radius * formant[k][1];
        formant[k][1] = formant[k][0];
        formant[k][0] = next;
        y += next * (k == 0 ? 0.6 : k == 1 ? 0.3 : 0.15);
      }
      out.push_back(int16_t(std::clamp(y * 9000, -30000.0, 30000.0)));
    }
  }
  out.resize(size_t(seconds * rate));
  return out;
}

struct Arrival {
  double atMs = 0;
  size_t number = 0;
};

struct Network {
  double lossShare = 0;
  /** Added delay of packet n, ms. */
  std::function<double(size_t)> delay = [](size_t) { return 0.0; };
  /** Sender's clock against ours, parts per million. */
  double ppm = 0;
  size_t ptimeMs = 20;
  uint32_t seed = 7;
  double phaseMs = 4;
};

/** |N(0, sigma)| cut at `most`: independent per packet, so it reorders. */
inline std::function<double(size_t)> jitter(double sigma, double most, uint32_t seed = 3) {
  auto random = std::make_shared<std::mt19937>(seed);
  return [=](size_t) {
    const double u = ((*random)() + 1.0) / 4294967297.0, v = (*random)() / 4294967296.0;
    return std::min(most, std::abs(sigma * std::sqrt(-2 * std::log(u)) * std::cos(2 * kPi * v)));
  };
}

struct Heard {
  std::vector<int16_t> samples;
  double concealedMs = 0, meanDelayMs = 0, maxDelayMs = 0, lastDelayMs = 0;
  /** Of the jitter buffer with decoder and concealment, for 20 ms. */
  double cpuUs = 0;
  uint64_t late = 0, duplicates = 0, lost = 0;
};

inline std::vector<Arrival> arrivals(size_t packets, const Network& network) {
  std::mt19937 random(network.seed);
  std::vector<Arrival> all;
  for (size_t n = 0; n < packets; n++) {
    if (random() / 4294967296.0 < network.lossShare) continue;
    all.push_back({double(n * network.ptimeMs) * (1 + network.ppm * 1e-6) + network.delay(n), n});
  }
  return all;
}

using Payload = std::vector<uint8_t>;

/** In packets of `perPacket` samples; an empty one is not sent. */
inline std::vector<Payload> encode(offhook::AudioCodec& codec, const std::vector<int16_t>& sound, size_t perPacket) {
  std::vector<Payload> packets;
  for (size_t at = 0; at + perPacket <= sound.size(); at += perPacket) {
    Payload payload(4 * perPacket);
    payload.resize(codec.encode(&sound[at], perPacket, payload.data(), payload.size()));
    packets.push_back(std::move(payload));
  }
  return packets;
}

struct Bounds {
  double minMs = 0, maxMs = 200;
};

struct Tick {
  double dueMs = 0, runsMs = 0;
};

/** Those of `lengthMs` from `phaseMs` on, each in time. */
inline std::vector<Tick> ticks(double lengthMs, double phaseMs) {
  std::vector<Tick> all;
  for (double at = phaseMs; at < lengthMs; at += 10) all.push_back({at, at});
  return all;
}

/** What is heard after the last packet was due, ms. */
constexpr double kAfterMs = 300;

/** Lets the packets arrive at a jitter buffer; what it gives, tick by tick. */
inline Heard play(offhook::AudioCodec& codec, const std::vector<Payload>& packets, size_t perPacket, std::vector<Arrival> all, Bounds bounds, const std::vector<Tick>& ticks) {
  std::stable_sort(all.begin(), all.end(), [](const Arrival& a, const Arrival& b) { return a.atMs < b.atMs; });
  offhook::JitterBuffer buffer(codec.rate(), [](void*, void*) {}, nullptr);
  buffer.setBounds(bounds.minMs, bounds.maxMs);
  const size_t perTick = codec.rate() / 100;
  Heard heard;
  heard.lost = packets.size() - all.size();
  std::vector<int16_t> out(perTick);
  size_t next = 0, measured = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const Tick& tick : ticks) {
    for (; next < all.size() && all[next].atMs <= tick.runsMs; next++) {
      const Payload& payload = packets[all[next].number];
      if (payload.empty()) continue;
      offhook::Voice voice;
      voice.sequence = 1000 + int64_t(all[next].number);
      voice.position = 5000 + int64_t(all[next].number * perPacket);
      voice.arrivedNs = int64_t(all[next].atMs * 1e6);
      voice.payload = payload.data();
      voice.size = payload.size();
      voice.decoder = &codec;
      buffer.insert(voice);
    }
    buffer.give(out.data(), perTick, int64_t(tick.dueMs * 1e6));
    heard.samples.insert(heard.samples.end(), out.begin(), out.end());
    if (buffer.delayMs() == buffer.delayMs() && next < all.size()) {
      heard.meanDelayMs += heard.lastDelayMs = buffer.delayMs();
      heard.maxDelayMs = std::max(heard.maxDelayMs, buffer.delayMs());
      measured++;
    }
  }
  heard.cpuUs = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() * 2 / double(ticks.size());
  heard.meanDelayMs /= double(std::max<size_t>(measured, 1));
  heard.concealedMs = buffer.concealedMs();
  heard.late = buffer.late;
  heard.duplicates = buffer.duplicates;
  return heard;
}

/** The same with ticks in time from `phaseMs` on. */
inline Heard play(offhook::AudioCodec& codec, const std::vector<Payload>& packets, size_t perPacket, std::vector<Arrival> all, Bounds bounds, double phaseMs = 4) {
  const double ptimeMs = double(perPacket) * 1000 / codec.rate();
  return play(codec, packets, perPacket, std::move(all), bounds, ticks(double(packets.size()) * ptimeMs + kAfterMs, phaseMs));
}

/** The same for `sound` as µ-law through the network. */
inline Heard play(const std::vector<int16_t>& sound, const Network& network, double minMs = 0, double maxMs = 200) {
  const auto codec = offhook::makePcmu();
  const size_t perPacket = network.ptimeMs * 8;
  const auto packets = encode(*codec, sound, perPacket);
  return play(*codec, packets, perPacket, arrivals(packets.size(), network), {minMs, maxMs}, network.phaseMs);
}

}  // namespace sim
