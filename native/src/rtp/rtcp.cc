// RFC 3550 §6.4–6.6 to fields and back.
#include "rtcp.h"

#include <algorithm>
#include <cstring>

#include "packet.h"

namespace offhook {

namespace {
constexpr uint8_t kSr = 200, kRr = 201, kSdes = 202, kBye = 203, kCname = 1;
constexpr size_t kBlockSize = 24;

/** A loss count is a signed number of 24 bits. */
int32_t signed24(uint32_t value) { return int32_t(value << 8) >> 8; }

void readBlock(const uint8_t* at, ReportBlock& out) {
  out.ssrc = read32(at);
  out.fractionLost = at[4];
  out.lost = signed24(read24(at + 5));
  out.highestSequence = read32(at + 8);
  out.jitter = read32(at + 12);
  out.lastSr = read32(at + 16);
  out.delaySinceLastSr = read32(at + 20);
}

void writeBlock(const ReportBlock& block, uint8_t* at) {
  write32(at, block.ssrc);
  at[4] = block.fractionLost;
  write24(at + 5, uint32_t(std::clamp(block.lost, -0x800000, 0x7fffff)));
  write32(at + 8, block.highestSequence);
  write32(at + 12, block.jitter);
  write32(at + 16, block.lastSr);
  write32(at + 20, block.delaySinceLastSr);
}

/** Writes the common header; the packet ends at `end`. */
void writeHeader(uint8_t* at, uint8_t count, uint8_t type, const uint8_t* end) {
  at[0] = uint8_t(0x80 | count);
  at[1] = type;
  write16(at + 2, uint32_t(end - at) / 4 - 1);
}

/** Reads SR or RR; false when its count promises more than its length holds. */
bool readReport(const uint8_t* packet, size_t size, uint32_t about, RtcpReport& out) {
  const bool isSender = packet[1] == kSr;
  const size_t count = packet[0] & 0x1f, start = isSender ? 28 : 8;
  if (start + count * kBlockSize > size) return false;
  out.ssrc = read32(packet + 4);
  if (isSender) {
    out.isSender = true;
    out.sender.ntp = uint64_t(read32(packet + 8)) << 32 | read32(packet + 12);
    out.sender.rtpTimestamp = read32(packet + 16);
    out.sender.packets = read32(packet + 20);
    out.sender.octets = read32(packet + 24);
  }
  for (size_t i = 0; i < count; i++) {
    const uint8_t* const block = packet + start + i * kBlockSize;
    if (read32(block) != about) continue;
    out.hasBlock = true;
    readBlock(block, out.block);
  }
  return true;
}
}  // namespace

bool parseRtcp(const uint8_t* data, size_t size, uint32_t about, RtcpReport& out) {
  out = RtcpReport();
  bool first = true;
  for (size_t at = 0; at < size; first = false) {
    if (size - at < 4 || data[at] >> 6 != 2) return false;
    const uint8_t* const packet = data + at;
    const size_t length = 4 * (size_t(read16(packet + 2)) + 1);
    const uint8_t type = packet[1];
    if (length > size - at) return false;
    const bool isReport = type == kSr || type == kRr;
    if (first && (!isReport || packet[0] & 0x20)) return false;
    if (isReport && (length < 8 || !readReport(packet, length, about, out))) return false;
    if (type == kXr) readXr(packet, length, about, out.extended);
    if (type == kBye) {
      const size_t count = packet[0] & 0x1f;
      if (4 + 4 * count > length) return false;
      for (size_t i = 0; i < count; i++) out.bye |= read32(packet + 4 + 4 * i) == out.ssrc;
    }
    at += length;
  }
  return !first;
}

size_t buildRtcp(uint32_t ssrc, const SenderInfo* sender, const ReportBlock* block, const std::string& cname, bool bye, uint8_t* out) {
  uint8_t* at = out;
  write32(at + 4, ssrc);
  uint8_t* end = at + 8;
  if (sender) {
    write32(end, uint32_t(sender->ntp >> 32));
    write32(end + 4, uint32_t(sender->ntp));
    write32(end + 8, sender->rtpTimestamp);
    write32(end + 12, sender->packets);
    write32(end + 16, sender->octets);
    end += 20;
  }
  if (block) {
    writeBlock(*block, end);
    end += kBlockSize;
  }
  writeHeader(at, block ? 1 : 0, sender ? kSr : kRr, end);

  at = end;
  const size_t length = std::min<size_t>(cname.size(), 255);
  write32(at + 4, ssrc);
  at[8] = kCname;
  at[9] = uint8_t(length);
  std::memcpy(at + 10, cname.data(), length);
  end = at + 10 + length;
  // §6.5: the list of items ends with one zero byte at least, up to the next word.
  do *end++ = 0;
  while ((end - at) % 4 != 0);
  writeHeader(at, 1, kSdes, end);

  if (bye) {
    at = end;
    write32(at + 4, ssrc);
    end = at + 8;
    writeHeader(at, 1, kBye, end);
  }
  return size_t(end - out);
}

}  // namespace offhook
