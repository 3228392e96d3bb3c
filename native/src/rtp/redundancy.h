// Redundant data (RFC 2198): the blocks of a payload, oldest first. Each says what it is and how long before the packet it was.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

struct RedundancyBlock {
  uint8_t payloadType = 0;
  /** Before the timestamp of the packet, in units of the RTP clock: 0–16383, of the last (primary) block 0. */
  uint32_t offset = 0;
  const uint8_t* data = nullptr;
  /** 0–1023 but for the primary block, which takes the rest. */
  size_t size = 0;
};

struct RedundancyBlocks {
  static constexpr size_t kMost = 16;
  RedundancyBlock items[kMost];
  size_t count = 0;
};

constexpr uint32_t kMostRedundancyOffset = 0x3fff;
constexpr size_t kRedundantHeaderSize = 4;

/**
 * False for a header or block that is cut short, a payload without a byte of data, more than kMost blocks, and blocks of `own`, the
 * payload type of redundancy itself. Points into `payload`.
 */
bool parseRedundancy(const uint8_t* payload, size_t size, uint8_t own, RedundancyBlocks& out);

/** The header of a redundant block: kRedundantHeaderSize bytes. That of the primary block is its payload type, one byte. */
void writeRedundantHeader(uint8_t payloadType, uint32_t offset, size_t size, uint8_t* out);

}  // namespace offhook
