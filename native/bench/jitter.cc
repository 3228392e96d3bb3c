// Quality and delay of the receive path on a bad network, beside repeating the last frame and beside silence.
//
// Log-spectral distance: dB between the spectra of what was said and what was heard, each heard frame against the best
// fitting moment of what was said, mean over frames that are not silent. 0 is perfect; the codec is on both sides.
#include <chrono>
#include <complex>
#include <cstdio>

#include "../test/voice_sim.h"

namespace {
constexpr size_t kFrame = 256;
constexpr double kFloor = 4e6;  // Some 45 dB below speech: what is softer does not count.

std::vector<double> spectrum(const int16_t* in) {
  std::vector<double> out;
  for (size_t k = 4; k < 110; k += 2) {  // 125 Hz to 3.4 kHz
    std::complex<double> sum = 0;
    const std::complex<double> turn = std::polar(1.0, -2 * sim::kPi * double(k) / kFrame);
    std::complex<double> at = 1;
    for (size_t i = 0; i < kFrame; i++, at *= turn) sum += double(in[i]) * (0.5 - 0.5 * std::cos(2 * sim::kPi * double(i) / kFrame)) * at;
    out.push_back(10 * std::log10(std::norm(sum) + kFloor));
  }
  return out;
}

double energy(const int16_t* in, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += double(in[i]) * in[i];
  return sum;
}

struct Score {
  double distance = 0, delayMs = 0;
};

struct Fit {
  size_t back = 0;
  double likeness = -1;
};

/** Where in [low, high] samples earlier the said is most like the heard at `at`. */
Fit fit(const std::vector<int16_t>& said, const std::vector<int16_t>& heard, size_t at, size_t low, size_t high) {
  const size_t window = 2 * kFrame;
  const double here = energy(&heard[at], window) + 1e4;
  Fit best;
  for (size_t back = low; back <= high; back++) {
    const int16_t* const then = &said[at - back];
    double cross = 0;
    for (size_t i = 0; i < window; i++) cross += double(heard[at + i]) * then[i];
    cross /= std::sqrt(here * (energy(then, window) + 1e4));
    if (cross > best.likeness) best = {back, cross};
  }
  return best;
}

Score score(const std::vector<int16_t>& said, const std::vector<int16_t>& heard) {
  constexpr size_t kReach = 2400;
  Score total;
  size_t frames = 0, back = 0;
  for (size_t at = kReach + 800; at + 2 * kFrame < std::min(said.size(), heard.size()); at += kFrame / 2) {
    // The delay changes seldom: near the last one first, far away only for what fits nearly perfectly there.
    const Fit near = fit(said, heard, at, back > 64 ? back - 64 : 0, std::min(back + 64, kReach));
    if (near.likeness > 0.8) {
      back = near.back;
    } else {
      const Fit far = fit(said, heard, at, 0, kReach);
      if (far.likeness > 0.98) back = far.back;
    }
    if (energy(&said[at - back], kFrame) < 1e4 * kFrame) continue;
    const auto a = spectrum(&said[at - back]), b = spectrum(&heard[at]);
    double sum = 0;
    for (size_t k = 0; k < a.size(); k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    total.distance += std::sqrt(sum / double(a.size()));
    total.delayMs += double(back) / 8;
    ++frames;
  }
  total.distance /= double(frames);
  total.delayMs /= double(frames);
  return total;
}

/** Fixed delay, every lost frame replaced by the last one (or silence). */
std::vector<int16_t> replaced(const std::vector<int16_t>& sound, const sim::Network& network, bool repeat) {
  std::vector<int16_t> out(sound.size(), 0);
  std::vector<bool> there(sound.size() / 160, false);
  for (const sim::Arrival& each : sim::arrivals(there.size(), network)) there[each.number] = true;
  for (size_t n = 1; n < there.size(); n++) {
    for (size_t i = 0; i < 160; i++) {
      const size_t at = n * 160 + i;
      out[at] = there[n] ? offhook::decodeMuLaw(offhook::encodeMuLaw(sound[at])) : repeat ? out[at - 160] : int16_t(0);
    }
  }
  return out;
}

void report(const char* name, const std::vector<int16_t>& said, const sim::Network& network) {
  const auto start = std::chrono::steady_clock::now();
  const sim::Heard heard = sim::play(said, network);
  const double us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  const Score result = score(said, heard.samples);
  std::printf("%-34s concealed %5.2f %%  late %4llu  arrival to play %5.1f ms  said to heard %5.1f ms  distance %.2f dB  %.1f us per 20 ms\n", name,
              heard.concealedMs / (double(said.size()) / 8) * 100, static_cast<unsigned long long>(heard.late), heard.meanDelayMs, result.delayMs,
              result.distance, us / (double(said.size()) / 160));
}
}  // namespace

int main() {
  const auto said = sim::speech(20);
  sim::Network clean;
  report("clean", said, clean);
  sim::Network lossy;
  lossy.lossShare = 0.05;
  report("5 % loss", said, lossy);
  std::printf("%-34s distance %.2f dB\n", "5 % loss, frame repeated", score(said, replaced(said, lossy, true)).distance);
  std::printf("%-34s distance %.2f dB\n", "5 % loss, silence", score(said, replaced(said, lossy, false)).distance);
  sim::Network jittery;
  jittery.delay = sim::jitter(20, 80);
  report("jitter sigma 20, most 80 ms", said, jittery);
  sim::Network both = jittery;
  both.lossShare = 0.05;
  report("5 % loss and that jitter", said, both);
  sim::Network drift;
  drift.ppm = 200;
  report("sender 200 ppm slow", said, drift);
  drift.ppm = -200;
  report("sender 200 ppm fast", said, drift);
  sim::Network stall;
  stall.delay = [](size_t n) { return n >= 300 && n < 310 ? double(310 - n) * 20 : 0; };
  report("one stall of 200 ms", said, stall);
}
