// Any bytes as a WAV file: refused with a reason, or decodable to the last frame.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "audio/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  offhook::WavFormat format;
  std::string why;
  const bool good = offhook::parseWav([&](uint64_t at, uint8_t* to, size_t count) {
    const size_t have = at < size ? std::min<size_t>(count, size - at) : 0;
    std::copy_n(data + std::min<uint64_t>(at, size), have, to);
    return have;
  }, size, format, why);
  if (!good) {
    if (why.empty()) std::abort();
    return 0;
  }
  if (format.dataAt + format.dataBytes > size) std::abort();
  std::vector<int16_t> samples(format.frames());
  offhook::decodeWav(format, data + format.dataAt, samples.size(), samples.data());
  return 0;
}
