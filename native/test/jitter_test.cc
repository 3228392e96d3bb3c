// The jitter buffer in virtual time: delay, loss, jitter, reordering, clocks that drift, stall and jump.
#include "rtp/jitter_buffer.h"

#include <cmath>

#include "check.h"
#include "voice_sim.h"

using namespace offhook;

namespace {
/** Share of heard 10 ms pieces that are found (nearly) unchanged in what was said, up to `most` ms earlier. */
double faithful(const std::vector<int16_t>& said, const std::vector<int16_t>& heard, size_t most) {
  size_t good = 0, all = 0, back = 0;
  for (size_t at = most * 8; at + 80 < std::min(said.size(), heard.size()); at += 80) {
    const auto fits = [&](size_t shift) {
      double error = 0, power = 0;
      for (size_t i = 0; i < 80; i++) {
        const double difference = double(heard[at + i]) - said[at + i - shift];
        error += difference * difference, power += double(said[at + i - shift]) * said[at + i - shift];
      }
      return error < power * 0.01 + 80 * 400;
    };
    bool found = fits(back);
    for (size_t shift = 0; !found && shift <= most * 8; shift++) {
      if ((found = fits(shift))) back = shift;
    }
    good += found, all++;
  }
  return double(good) / double(all);
}
}  // namespace

TEST("jitter/a clean path is bit for bit what was sent, within 12 ms of its arrival, at every phase of the tick") {
  const auto said = sim::speech(4);
  for (double phase = 0; phase < 10; phase += 0.7) {
    for (size_t ptime : {10u, 20u, 30u, 60u}) {
      sim::Network network;
      network.phaseMs = phase;
      network.ptimeMs = ptime;
      const sim::Heard heard = sim::play(said, network);
      CHECK_WITHIN(heard.maxDelayMs, 0, 12);
      CHECK_EQ(heard.concealedMs, 0);
      const size_t start = phase < 1.25 ? 80 : 0;  // Too close to the packet's arrival for comfort: a tick later.
      size_t different = 0;
      for (size_t i = 0; i < said.size() - 480; i++) different += heard.samples[start + i] != decodeMuLaw(encodeMuLaw(said[i]));
      CHECK_EQ(different, 0u);
    }
  }
}

TEST("jitter/a moment of jitter costs a tick of delay for a minute") {
  sim::Network network;
  network.phaseMs = 1.6;
  network.delay = [](size_t n) { return n >= 100 && n < 108 ? 4.0 : 0.0; };
  const sim::Heard heard = sim::play(sim::speech(70), network);
  CHECK_WITHIN(heard.maxDelayMs, 8, 14);
  CHECK_WITHIN(heard.lastDelayMs, 1, 7);
}

TEST("jitter/5 % loss costs a tick of delay, only what was lost is concealed, and the delay is gone when the loss is") {
  const auto said = sim::speech(60);
  sim::Network network;
  network.lossShare = 0.05;
  const sim::Heard heard = sim::play(std::vector<int16_t>(said.begin(), said.begin() + 20 * 8000), network);
  CHECK_WITHIN(heard.meanDelayMs, 9.75, 19);
  CHECK_WITHIN(heard.concealedMs, double(heard.lost) * 20 - 40, double(heard.lost) * 20 + 40);
  CHECK_WITHIN(faithful(said, heard.samples, 20), 0.9, 1);

  const auto codec = makePcmu();
  auto packets = sim::encode(*codec, said, 160);
  for (size_t n = 50; n < 550; n += 20) packets[n].clear();
  CHECK_WITHIN(sim::play(*codec, packets, 160, sim::arrivals(packets.size(), {}), {}).lastDelayMs, 0, 10);
}

TEST("jitter/what holds packets back every few seconds is waited for, what was seldom late is not in a network that loses many") {
  const auto said = sim::speech(60);
  sim::Network network;
  network.delay = [](size_t n) { return n % 150 < 5 ? double(5 - n % 150) * 20 : 0; };
  const sim::Heard held = sim::play(said, network);
  CHECK_WITHIN(held.concealedMs, 0, 250);  // The first of them.
  CHECK_WITHIN(held.lastDelayMs, 95, 115);
  network.delay = [](size_t n) { return n % 50 == 0 ? 150.0 : 0.0; };
  CHECK_WITHIN(sim::play(said, network).lastDelayMs, 145, 165);
  network.lossShare = 0.4;
  CHECK_WITHIN(sim::play(said, network).lastDelayMs, 5, 40);
}

TEST("jitter/strong jitter with reordering loses next to nothing and stays under 80 ms") {
  const auto said = sim::speech(30);
  sim::Network network;
  network.delay = sim::jitter(20, 80);
  const sim::Heard heard = sim::play(said, network);
  CHECK_WITHIN(heard.meanDelayMs, 20, 70);
  CHECK_WITHIN(heard.concealedMs, 0, 300);
  CHECK_WITHIN(double(heard.late), 0, 8);
  CHECK_WITHIN(faithful(said, heard.samples, 120), 0.97, 1);
}

TEST("jitter/a sender's clock 300 ppm off is followed for minutes without loss or growing delay") {
  const auto said = sim::speech(180);
  for (double ppm : {-300.0, 300.0}) {
    sim::Network network;
    network.ppm = ppm;
    const sim::Heard heard = sim::play(said, network);
    CHECK_WITHIN(heard.maxDelayMs, 0, 40);
    CHECK_WITHIN(heard.concealedMs, 0, 60);
  }
}

TEST("jitter/what one stall holds back is heard late, and the delay is gone twenty seconds after") {
  const auto said = sim::speech(30);
  sim::Network network;
  network.delay = [](size_t n) { return n >= 100 && n < 110 ? double(110 - n) * 20 : 0; };
  const sim::Heard heard = sim::play(said, network);
  CHECK_WITHIN(heard.concealedMs, 150, 220);
  CHECK_WITHIN(heard.maxDelayMs, 50, 220);
  CHECK_EQ(heard.late, 0u);
  const std::vector<int16_t> saidAfter(said.begin() + 22 * 8000, said.end());
  const std::vector<int16_t> heardAfter(heard.samples.begin() + 22 * 8000, heard.samples.end());
  CHECK_WITHIN(faithful(saidAfter, heardAfter, 30), 0.95, 1);
}

namespace {
/** A buffer fed by hand, 20 ms packets of one constant value each. */
struct Bench {
  std::unique_ptr<AudioCodec> codec = makePcmu();
  int released = 0;
  JitterBuffer buffer{8000, [](void* self, void*) { static_cast<Bench*>(self)->released++; }, this};
  std::vector<std::unique_ptr<std::vector<uint8_t>>> payloads;
  int64_t nowNs = 0;

  void put(int64_t sequence, int64_t timestamp, int16_t value) { put(sequence, timestamp, std::vector<uint8_t>(160, encodeMuLaw(value))); }
  void put(int64_t sequence, int64_t timestamp, std::vector<uint8_t> payload) {
    payloads.push_back(std::make_unique<std::vector<uint8_t>>(std::move(payload)));
    Voice voice;
    voice.sequence = sequence, voice.position = timestamp, voice.arrivedNs = nowNs;
    voice.payload = payloads.back()->data(), voice.size = 160, voice.decoder = codec.get();
    buffer.insert(voice);
  }
  /** Plays `ms`; the last sample. */
  int16_t run(int ms) {
    int16_t out[80] = {};
    for (int i = 0; i < ms; i += 10) nowNs += 10'000'000, buffer.give(out, 80, nowNs);
    return out[79];
  }
};
const int16_t kLoud = 8031;  // A value µ-law keeps.
}  // namespace

TEST("jitter/silence before the first packet and after the last one has faded; every packet is released once") {
  Bench bench;
  CHECK_EQ(bench.run(50), 0);
  for (int i = 0; i < 5; i++) {
    bench.put(i, i * 160, kLoud);
    CHECK_EQ(bench.run(20), decodeMuLaw(encodeMuLaw(kLoud)));
  }
  CHECK_EQ(bench.run(100), 0);
  CHECK_EQ(bench.released, 5);
  CHECK_EQ(bench.buffer.concealedMs(), 0);  // Nothing is known to be lost.
}

TEST("jitter/duplicates and packets too late are counted and not played") {
  Bench bench;
  bench.put(0, 0, kLoud);
  bench.put(0, 0, kLoud);
  CHECK_EQ(bench.buffer.duplicates, 1u);
  bench.run(20);
  bench.put(1, 160, kLoud);
  bench.run(20);
  bench.put(0, 0, kLoud);
  CHECK_EQ(bench.buffer.late, 1u);
  CHECK_EQ(bench.released, 4);
}

TEST("jitter/a hole whose successor waits is led up to, and what comes late after all is still heard from there on") {
  for (bool comes : {false, true}) {
    Bench bench;
    const auto said = sim::speech(2, 5);
    const auto put = [&](int64_t n) {
      std::vector<uint8_t> payload(160);
      for (size_t i = 0; i < 160; i++) payload[i] = encodeMuLaw(said[size_t(n) * 160 + i]);
      bench.put(n, n * 160, std::move(payload));
    };
    std::vector<int16_t> heard(said.size() + 1600);
    size_t at = 0;
    const auto run = [&](int ms) {
      for (int i = 0; i < ms; i += 10, at += 80) bench.nowNs += 10'000'000, bench.buffer.give(&heard[at], 80, bench.nowNs);
    };
    bench.buffer.setBounds(40, 200);
    for (int n = 0; n < 80; n++) {
      if (n != 60) put(n);
      if (n == 62 && comes) put(60);  // The tick before has played half of its substitute.
      run(20);
    }
    CHECK_WITHIN(bench.buffer.concealedMs(), comes ? 10 : 20, comes ? 10 : 20);
    CHECK_EQ(bench.buffer.late, 0u);
    const size_t due = 60 * 160 + 30 * 8;  // The first tick is 10 ms after the first packet, which waits for 40.
    double wrong[2] = {}, power[2] = {};
    for (size_t i = 0; i < 160; i++) {
      const double truth = decodeMuLaw(encodeMuLaw(said[60 * 160 + i])), error = heard[due + i] - truth;
      wrong[i / 80] += error * error, power[i / 80] += truth * truth;
    }
    CHECK_WITHIN(wrong[0] / power[0], 0, 0.2);
    CHECK_WITHIN(wrong[1] / power[1], 0, comes ? 0.02 : 0.2);
  }
}

TEST("jitter/a pause of the sender is no loss") {
  Bench bench;
  for (int i = 0; i < 10; i++) bench.put(i, i * 160, kLoud), bench.run(20);
  bench.run(2000);
  for (int i = 10; i < 20; i++) bench.put(i, 16000 + i * 160, kLoud), bench.run(20);
  CHECK_EQ(bench.buffer.concealedMs(), 0);
  CHECK_EQ(bench.buffer.late, 0u);
  CHECK_WITHIN(bench.buffer.delayMs(), 0, 12);
}

TEST("jitter/timestamps that jump, ahead, back or by little, interrupt for a moment only") {
  for (int64_t jump : {int64_t(1) << 40, -(int64_t(1) << 40), int64_t(4000), int64_t(-4000)}) {
    Bench bench;
    for (int i = 0; i < 50; i++) bench.put(i, i * 160, kLoud), bench.run(20);
    for (int i = 50; i < 65; i++) bench.put(i, jump + i * 160, kLoud), bench.run(20);
    const double before = bench.buffer.concealedMs();
    const uint64_t late = bench.buffer.late;
    CHECK_WITHIN(late, 0u, 5u);
    for (int i = 65; i < 100; i++) {
      bench.put(i, jump + i * 160, kLoud);
      CHECK_EQ(bench.run(20), decodeMuLaw(encodeMuLaw(kLoud)));
    }
    CHECK_EQ(bench.buffer.concealedMs(), before);
    CHECK_EQ(bench.buffer.late, late);
    CHECK_WITHIN(bench.buffer.delayMs(), 0, 15);
  }
}

TEST("jitter/more than it can hold is refused, not kept") {
  Bench bench;
  for (int i = 0; i < 200; i++) bench.put(i, i * 160, kLoud);
  CHECK_EQ(bench.buffer.late, 136u);
  CHECK_EQ(bench.released, 136);
  bench.buffer.restart();
  CHECK_EQ(bench.released, 200);
}
