// What the engine and the process that carries a device's sound say to each other on their Unix-domain stream socket.
//
// The engine sends nothing but samples to be played: signed 16-bit, little endian, mono, at the rate of the device.
// The process sends messages: two bytes kind, two bytes length of the body, both little endian, then the body.
// It first says hello or failed; samples and played only after hello.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook::external_wire {

enum Kind : uint16_t {
  kHello = 1,    // devices are open; body: what was opened, UTF-8, for the log
  kFailed = 2,   // they could not be opened; body: why, UTF-8. The process leaves after it.
  kSamples = 3,  // captured samples, in the format above
  kPlayed = 4,   // uint32: samples handed to the device since hello, modulo 2³²
};

constexpr size_t kHeadBytes = 4, kMostBodyBytes = 4096;

inline uint16_t u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] | at[1] << 8); }
inline uint32_t u32(const uint8_t* at) { return u16(at) | static_cast<uint32_t>(u16(at + 2)) << 16; }

}  // namespace offhook::external_wire
