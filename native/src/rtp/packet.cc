// RFC 3550 §5.1 to fields and back.
#include "packet.h"

namespace offhook {

bool parseRtp(const uint8_t* data, size_t size, RtpView& out) {
  if (size < kRtpHeaderSize || data[0] >> 6 != 2) return false;
  const uint8_t payloadType = data[1] & 0x7f;
  // §5.1 and RFC 5761 §4: 200–207 in the second byte is RTCP that came to the wrong port.
  if (payloadType >= 72 && payloadType <= 79) return false;
  size_t start = kRtpHeaderSize + 4u * (data[0] & 0x0f);
  if (data[0] & 0x10) {
    if (start + 4 > size) return false;
    start += 4 + 4u * read16(data + start + 2);
  }
  if (start > size) return false;
  size_t padding = 0;
  if (data[0] & 0x20) {
    padding = data[size - 1];
    if (padding == 0 || padding > size - start) return false;
  }
  out.header.marker = data[1] & 0x80;
  out.header.payloadType = payloadType;
  out.header.sequence = read16(data + 2);
  out.header.timestamp = read32(data + 4);
  out.header.ssrc = read32(data + 8);
  out.payload = data + start;
  out.payloadSize = size - start - padding;
  return true;
}

void buildRtpHeader(const RtpHeader& header, uint8_t* out) {
  out[0] = 0x80;
  out[1] = uint8_t((header.marker ? 0x80 : 0) | header.payloadType);
  write16(out + 2, header.sequence);
  write32(out + 4, header.timestamp);
  write32(out + 8, header.ssrc);
}

}  // namespace offhook
