// RIFF/WAVE files: reading the header with every fault named, decoding to 16-bit mono, and the header of a recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace offhook {

/** Reads up to `count` bytes at `offset` into `to`; returns how many there were. */
using ReadAt = std::function<size_t(uint64_t offset, uint8_t* to, size_t count)>;

struct WavFormat {
  enum class Coding { Pcm16, ALaw, MuLaw } coding = Coding::Pcm16;
  uint32_t channels = 1;   // 1 or 2
  uint32_t rate = 8000;    // Hz, 4000–192000
  uint64_t dataAt = 0;     // offset of the first sample
  uint64_t dataBytes = 0;  // whole frames
  uint32_t frameBytes() const { return channels * (coding == Coding::Pcm16 ? 2 : 1); }
  uint64_t frames() const { return dataBytes / frameBytes(); }
};

/**
 * Reads the chunks up to `data`. Returns false with `why` = offset, what was expected and what was found, when the file
 * is not PCM16, A-law or µ-law, is damaged, or is shorter than it says.
 */
bool parseWav(const ReadAt& read, uint64_t fileBytes, WavFormat& out, std::string& why);

/** Decodes `frames` frames of file bytes; stereo becomes the mean of both sides. */
void decodeWav(const WavFormat& format, const uint8_t* bytes, size_t frames, int16_t* out);

constexpr size_t kWavHeaderBytes = 44;
/** The most sample bytes a RIFF header can count. */
constexpr uint64_t kWavMostBytes = 0xffffffffu - kWavHeaderBytes;
/** Header of a mono PCM16 file with `dataBytes` bytes of samples. */
void wavHeader(uint32_t rate, uint32_t dataBytes, uint8_t out[kWavHeaderBytes]);

}  // namespace offhook
