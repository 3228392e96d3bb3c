// What each codec costs: µs to encode and to decode 20 ms of speech-like sound (iLBC of 30 ms: as much of it), and both as a share of a core.
//
// CPU time of the thread, so that whatever else runs here counts for little.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "codec/codec.h"

using namespace offhook;

namespace {
struct Kind {
  const char* name;
  uint32_t clockRate;
  uint8_t channels;
  std::map<std::string, std::string> parameters;
};

/** A buzz of 120 Hz through two formants, in syllables. */
std::vector<int16_t> voice(uint32_t rate, size_t samples) {
  std::vector<int16_t> out(samples);
  for (size_t i = 0; i < samples; i++) {
    const double t = double(i) / rate, syllable = 0.55 + 0.45 * std::sin(2 * M_PI * 4 * t);
    double sum = 0;
    for (int k = 1; k * 120 < int(rate) / 2 && k <= 30; k++) {
      const double hz = 120.0 * k, shape = std::exp(-std::pow((hz - 600) / 400, 2)) + 0.4 * std::exp(-std::pow((hz - 1700) / 500, 2)) + 0.02;
      sum += shape * std::sin(2 * M_PI * hz * t + k);
    }
    out[i] = int16_t(3000 * syllable * sum);
  }
  return out;
}

double cpuUs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e6 + double(now.tv_nsec) / 1e3;
}

void measure(const Kind& kind) {
  Codec wanted;
  wanted.name = kind.name;
  wanted.clockRate = kind.clockRate;
  wanted.channels = kind.channels;
  wanted.parameters = kind.parameters;
  std::string why;
  const auto encoder = makeCodec(wanted, why), decoder = makeCodec(wanted, why);
  if (!encoder || !decoder) {
    std::printf("%s\n", why.c_str());
    return;
  }
  const uint32_t packetMs = std::max(20u, encoder->frameMs());
  const size_t samples = encoder->rate() * packetMs / 1000;
  const auto in = voice(encoder->rate(), 500 * samples);
  std::vector<std::vector<uint8_t>> packets;
  std::vector<int16_t> out(samples);
  size_t bytes = 0;
  const double start = cpuUs();
  for (size_t at = 0; at < in.size(); at += samples) {
    packets.emplace_back(2000);
    packets.back().resize(encoder->encode(&in[at], samples, packets.back().data(), 2000));
    bytes += packets.back().size();
  }
  const double middle = cpuUs();
  for (const auto& each : packets) decoder->decode(each.data(), each.size(), out.data(), out.size());
  const double end = cpuUs();
  const double blocks = double(packets.size()) * packetMs / 20;
  const double encoded = (middle - start) / blocks, decoded = (end - middle) / blocks;
  std::printf("%-12s %5u Hz %6.1f kbit/s: encode %7.2f us, decode %6.2f us, both %.3f %% of a core\n", kind.name, encoder->rate(),
              double(bytes) * 8 / (blocks * 20), encoded, decoded, (encoded + decoded) / 20000 * 100);
}
}  // namespace

int main() {
  const Kind kinds[] = {{"PCMU", 8000, 1, {}},
                        {"PCMA", 8000, 1, {}},
                        {"G722", 8000, 1, {}},
                        {"L16", 16000, 1, {}},
                        {"OPUS", 48000, 2, {}},
                        {"OPUS", 48000, 2, {{"useinbandfec", "1"}, {"maxplaybackrate", "16000"}}},
                        {"GSM", 8000, 1, {}},
                        {"ILBC", 8000, 1, {{"mode", "20"}}},
                        {"ILBC", 8000, 1, {{"mode", "30"}}},
                        {"SPEEX", 8000, 1, {{"mode", "5"}}},
                        {"SPEEX", 16000, 1, {}},
                        {"SPEEX", 32000, 1, {}},
                        {"G726-16", 8000, 1, {}},
                        {"G726-32", 8000, 1, {}},
                        {"G726-40", 8000, 1, {}},
                        {"CN", 8000, 1, {}}};
  for (const Kind& kind : kinds) measure(kind);
  return 0;
}
