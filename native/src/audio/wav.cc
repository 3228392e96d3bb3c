// The RIFF chunk walk (Microsoft/IBM "Multimedia Programming Interface", 1991, with WAVEFORMATEXTENSIBLE).
#include "audio/wav.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "codec/g711.h"

namespace offhook {

namespace {

constexpr int kMostChunks = 64;
constexpr uint16_t kPcm = 1, kALaw = 6, kMuLaw = 7, kExtensible = 0xfffe;

uint16_t le16(const uint8_t* at) { return static_cast<uint16_t>(at[0] | at[1] << 8); }
uint32_t le32(const uint8_t* at) { return at[0] | at[1] << 8 | at[2] << 16 | static_cast<uint32_t>(at[3]) << 24; }
void putLe32(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = static_cast<uint8_t>(value >> (8 * i));
}
void putLe16(uint8_t* at, uint32_t value) {
  at[0] = static_cast<uint8_t>(value);
  at[1] = static_cast<uint8_t>(value >> 8);
}

std::string printable(const uint8_t* at, size_t count) {
  std::string out = "\"";
  char hex[8];
  for (size_t i = 0; i < count; i++) {
    if (at[i] >= 32 && at[i] < 127) out += static_cast<char>(at[i]);
    else std::snprintf(hex, sizeof hex, "\\x%02x", at[i]), out += hex;
  }
  return out + "\"";
}

bool fault(std::string& why, uint64_t offset, const std::string& expected, const std::string& found) {
  why = "WAV file, offset " + std::to_string(offset) + ": expected " + expected + ", found " + found;
  return false;
}

bool parseFormat(const uint8_t* chunk, uint32_t size, uint64_t at, WavFormat& out, std::string& why) {
  uint16_t tag = le16(chunk);
  const uint16_t channels = le16(chunk + 2), align = le16(chunk + 12), bits = le16(chunk + 14);
  const uint32_t rate = le32(chunk + 4);
  // The sub-format's GUID begins with an ordinary tag.
  if (tag == kExtensible && size >= 26) tag = le16(chunk + 24);
  if (tag != kPcm && tag != kALaw && tag != kMuLaw)
    return fault(why, at, "format 1 (PCM), 6 (A-law) or 7 (µ-law)", std::to_string(tag));
  const uint16_t wantBits = tag == kPcm ? 16 : 8;
  if (bits != wantBits) return fault(why, at + 14, std::to_string(wantBits) + " bits a sample", std::to_string(bits));
  if (channels < 1 || channels > 2) return fault(why, at + 2, "1 or 2 channels", std::to_string(channels));
  if (rate < 4000 || rate > 192000) return fault(why, at + 4, "a rate of 4000–192000 Hz", std::to_string(rate));
  out.coding = tag == kPcm ? WavFormat::Coding::Pcm16 : tag == kALaw ? WavFormat::Coding::ALaw : WavFormat::Coding::MuLaw;
  out.channels = channels;
  out.rate = rate;
  if (align != out.frameBytes())
    return fault(why, at + 12, "frames of " + std::to_string(out.frameBytes()) + " bytes", std::to_string(align));
  return true;
}

}  // namespace

bool parseWav(const ReadAt& read, uint64_t fileBytes, WavFormat& out, std::string& why) {
  uint8_t head[40] = {};
  if (read(0, head, 12) < 12) return fault(why, 0, "12 bytes of RIFF header", std::to_string(fileBytes) + " bytes in all");
  if (std::memcmp(head, "RIFF", 4) != 0) return fault(why, 0, "\"RIFF\"", printable(head, 4));
  if (std::memcmp(head + 8, "WAVE", 4) != 0) return fault(why, 8, "\"WAVE\"", printable(head + 8, 4));
  bool haveFormat = false;
  uint64_t at = 12;
  for (int chunk = 0; chunk < kMostChunks; chunk++) {
    if (read(at, head, 8) < 8) return fault(why, at, haveFormat ? "a \"data\" chunk" : "a \"fmt \" chunk", "the end of the file");
    const uint32_t size = le32(head + 4);
    const uint64_t body = at + 8;
    if (std::memcmp(head, "fmt ", 4) == 0) {
      const size_t take = std::min<size_t>(size, sizeof head);
      if (size < 16) return fault(why, at + 4, "a format of 16 bytes or more", std::to_string(size));
      if (read(body, head, take) < take) return fault(why, body, std::to_string(size) + " bytes of format", "the end of the file");
      if (!parseFormat(head, size, body, out, why)) return false;
      haveFormat = true;
    } else if (std::memcmp(head, "data", 4) == 0) {
      if (!haveFormat) return fault(why, at, "a \"fmt \" chunk before \"data\"", "none");
      if (body > fileBytes || size > fileBytes - body)
        return fault(why, body, std::to_string(size) + " bytes of samples", std::to_string(fileBytes - std::min(body, fileBytes)));
      out.dataAt = body;
      out.dataBytes = size - size % out.frameBytes();
      return true;
    }
    at = body + size + (size & 1);  // chunks begin at even offsets
  }
  return fault(why, at, "\"data\" among the first " + std::to_string(kMostChunks) + " chunks", "other chunks only");
}

void decodeWav(const WavFormat& format, const uint8_t* bytes, size_t frames, int16_t* out) {
  const auto sample = [&](size_t i) -> int32_t {
    if (format.coding == WavFormat::Coding::Pcm16) return static_cast<int16_t>(le16(bytes + 2 * i));
    return format.coding == WavFormat::Coding::ALaw ? decodeALaw(bytes[i]) : decodeMuLaw(bytes[i]);
  };
  for (size_t i = 0; i < frames; i++)
    out[i] = static_cast<int16_t>(format.channels == 2 ? (sample(2 * i) + sample(2 * i + 1)) / 2 : sample(i));
}

void wavHeader(uint32_t rate, uint32_t dataBytes, uint8_t out[kWavHeaderBytes]) {
  std::memcpy(out, "RIFF....WAVEfmt ", 16);
  putLe32(out + 4, dataBytes + static_cast<uint32_t>(kWavHeaderBytes) - 8);
  putLe32(out + 16, 16);
  putLe16(out + 20, kPcm);
  putLe16(out + 22, 1);
  putLe32(out + 24, rate);
  putLe32(out + 28, rate * 2);
  putLe16(out + 32, 2);
  putLe16(out + 34, 16);
  std::memcpy(out + 36, "data", 4);
  putLe32(out + 40, dataBytes);
}

}  // namespace offhook
