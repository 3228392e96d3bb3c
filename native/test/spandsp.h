// spandsp, which Debian's baresip brings, as another word on G.726: bound at run time, as its headers are not installed.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <vector>

#include "check.h"

namespace spandsp {

/** G.726 of 16-bit samples; the first code in the lowest bits, or in the highest. */
class G726 {
 public:
  G726(int bitsPerSecond, bool highFirst) {
    void* const library = dlopen("libspandsp.so.2", RTLD_NOW);
    if (!library) {
      check::fail(__FILE__, __LINE__, dlerror());
      return;
    }
    const auto init = reinterpret_cast<void* (*)(void*, int, int, int)>(dlsym(library, "g726_init"));
    encode_ = reinterpret_cast<int (*)(void*, uint8_t*, const int16_t*, int)>(dlsym(library, "g726_encode"));
    decode_ = reinterpret_cast<int (*)(void*, int16_t*, const uint8_t*, int)>(dlsym(library, "g726_decode"));
    release_ = reinterpret_cast<int (*)(void*)>(dlsym(library, "g726_free"));
    constexpr int kLinear = 0, kHighFirst = 1, kLowFirst = 2;
    state_ = init(nullptr, bitsPerSecond, kLinear, highFirst ? kHighFirst : kLowFirst);
  }
  ~G726() {
    if (state_) release_(state_);
  }
  std::vector<uint8_t> encode(const std::vector<int16_t>& in) const {
    std::vector<uint8_t> out(in.size());
    out.resize(size_t(encode_(state_, out.data(), in.data(), int(in.size()))));
    return out;
  }
  std::vector<int16_t> decode(const std::vector<uint8_t>& in) const {
    std::vector<int16_t> out(in.size() * 4);
    out.resize(size_t(decode_(state_, out.data(), in.data(), int(in.size()))));
    return out;
  }

 private:
  void* state_ = nullptr;
  int (*encode_)(void*, uint8_t*, const int16_t*, int) = nullptr;
  int (*decode_)(void*, int16_t*, const uint8_t*, int) = nullptr;
  int (*release_)(void*) = nullptr;
};

}  // namespace spandsp
