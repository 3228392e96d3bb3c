// The receive path in virtual time, for measuring: packets and their moments of arrival in, what is heard out, thousands of
// times faster than it would take. How well it is heard is judged by the caller (firmware/testing/bench/playout.ts).
//   playout CODEC CLOCK-RATE PTIME-MS MIN-MS MAX-MS [PARAMETER=VALUE ...]
// Standard input: a 32-bit count of packets, a 64-bit float for each (ms after it was sent, not a number: lost), then 16-bit
// samples of the codec's rate. Standard output: 16-bit samples since the first packet was sent. Standard error: a line of JSON.
// All as this machine has its numbers.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../test/voice_sim.h"

namespace {
template <typename Value>
std::vector<Value> readMany(size_t count) {
  std::vector<Value> all(count);
  all.resize(std::fread(all.data(), sizeof(Value), count, stdin));
  return all;
}

int fail(const char* why) {
  std::fprintf(stderr, "playout: %s\n", why);
  return 2;
}
}  // namespace

int main(int count, char** words) {
  if (count < 6) return fail("expected CODEC CLOCK-RATE PTIME-MS MIN-MS MAX-MS [PARAMETER=VALUE ...]");
  offhook::Codec wanted;
  wanted.name = words[1];
  wanted.clockRate = uint32_t(std::atoi(words[2]));
  wanted.channels = wanted.name == "OPUS" ? 2 : 1;  // RFC 7587 §7
  for (int i = 6; i < count; i++) {
    char* const equals = std::strchr(words[i], '=');
    if (!equals) return fail("a parameter is NAME=VALUE");
    wanted.parameters[std::string(words[i], equals)] = equals + 1;
  }
  const size_t ptimeMs = size_t(std::atoi(words[3]));
  std::string why;
  const auto codec = offhook::makeCodec(wanted, why);
  if (!codec) return fail(why.c_str());
  const auto packets = readMany<uint32_t>(1);
  if (packets.empty()) return fail("no count of packets on standard input");
  const auto delays = readMany<double>(packets[0]);
  const size_t perPacket = ptimeMs * codec->rate() / 1000;
  const auto said = readMany<int16_t>(packets[0] * perPacket);
  if (delays.size() < packets[0] || said.size() < packets[0] * perPacket) return fail("standard input ended early");

  std::vector<sim::Arrival> arrivals;
  for (size_t n = 0; n < delays.size(); n++)
    if (!std::isnan(delays[n])) arrivals.push_back({double(n * ptimeMs) + delays[n], n});
  const sim::Heard heard = sim::play(*codec, sim::encode(*codec, said, perPacket), perPacket, arrivals, {atof(words[4]), atof(words[5])});
  std::fwrite(heard.samples.data(), sizeof(int16_t), heard.samples.size(), stdout);
  std::fprintf(stderr, "{\"concealedMs\":%.1f,\"late\":%llu,\"waitedMs\":%.2f,\"cpuUs\":%.2f}\n", heard.concealedMs, static_cast<unsigned long long>(heard.late),
               heard.meanDelayMs, heard.cpuUs);
  return 0;
}
