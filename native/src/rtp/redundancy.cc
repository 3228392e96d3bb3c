// RFC 2198 §3: all headers first, then the data of all blocks.
#include "redundancy.h"

#include <algorithm>

#include "packet.h"

namespace offhook {

bool parseRedundancy(const uint8_t* payload, size_t size, uint8_t own, RedundancyBlocks& out) {
  out.count = 0;
  size_t at = 0;
  for (bool more = true; more;) {
    if (at >= size || out.count == RedundancyBlocks::kMost) return false;
    RedundancyBlock& block = out.items[out.count++];
    block = {};
    block.payloadType = payload[at] & 0x7f;
    if (block.payloadType == own) return false;
    more = payload[at] & 0x80;
    if (!more) {
      ++at;
    } else {
      if (size - at < kRedundantHeaderSize) return false;
      const uint32_t both = read24(payload + at + 1);
      block.offset = both >> 10;
      block.size = both & 0x3ff;
      at += kRedundantHeaderSize;
    }
  }
  if (at == size) return false;
  for (size_t i = 0; i < out.count; i++) {
    RedundancyBlock& block = out.items[i];
    if (i + 1 == out.count) block.size = size - at;
    if (block.size > size - at) return false;
    block.data = payload + at;
    at += block.size;
  }
  std::sort(out.items, out.items + out.count - 1, [](const RedundancyBlock& a, const RedundancyBlock& b) { return a.offset > b.offset; });
  return true;
}

void writeRedundantHeader(uint8_t payloadType, uint32_t offset, size_t size, uint8_t* out) {
  out[0] = uint8_t(0x80 | payloadType);
  write24(out + 1, offset << 10 | uint32_t(size));
}

}  // namespace offhook
