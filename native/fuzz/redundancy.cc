// Any bytes as a redundant payload: what is taken lies within it, oldest first, and says nothing of redundancy itself.
#include <cstdint>
#include <cstdlib>

#include "rtp/redundancy.h"

using namespace offhook;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kOwn = 123;
  RedundancyBlocks blocks;
  if (!parseRedundancy(data, size, kOwn, blocks)) return 0;
  if (blocks.count == 0 || blocks.count > RedundancyBlocks::kMost) abort();
  uint32_t before = kMostRedundancyOffset;
  for (size_t i = 0; i < blocks.count; i++) {
    const RedundancyBlock& each = blocks.items[i];
    if (each.payloadType == kOwn || each.offset > before) abort();
    before = each.offset;
    if (each.data < data || each.data + each.size > data + size) abort();
    volatile uint8_t sink = 0;
    for (size_t k = 0; k < each.size; k++) sink = each.data[k];
    (void)sink;
  }
  return 0;
}
