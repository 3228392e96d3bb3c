// What every codec has to show: sound through encoder and decoder, and how near it comes out.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "codec/codec.h"

namespace codec_lab {

using namespace offhook;

inline std::unique_ptr<AudioCodec> make(const std::string& name, uint32_t clockRate = 8000, uint8_t channels = 1) {
  Codec wanted;
  wanted.name = name;
  wanted.clockRate = clockRate;
  wanted.channels = channels;
  std::string why;
  auto codec = makeCodec(wanted, why);
  if (!codec) check::fail(__FILE__, __LINE__, why);
  return codec;
}

inline std::vector<uint8_t> encode(AudioCodec& codec, const std::vector<int16_t>& in, uint32_t ptimeMs = 20) {
  const size_t frame = codec.rate() * ptimeMs / 1000;
  std::vector<uint8_t> out, packet(4000);
  for (size_t at = 0; at + frame <= in.size(); at += frame) {
    const size_t size = codec.encode(&in[at], frame, packet.data(), packet.size());
    out.insert(out.end(), packet.begin(), packet.begin() + long(size));
  }
  return out;
}

/** Packet by packet, as on the wire. */
inline std::vector<int16_t> through(AudioCodec& encoder, AudioCodec& decoder, const std::vector<int16_t>& in, uint32_t ptimeMs = 20) {
  const size_t frame = encoder.rate() * ptimeMs / 1000;
  std::vector<int16_t> out, heard(10000);
  std::vector<uint8_t> packet(4000);
  for (size_t at = 0; at + frame <= in.size(); at += frame) {
    const size_t size = encoder.encode(&in[at], frame, packet.data(), packet.size());
    CHECK_EQ(decoder.samplesIn(packet.data(), size), frame);
    const size_t got = decoder.decode(packet.data(), size, heard.data(), heard.size());
    CHECK_EQ(got, frame);
    out.insert(out.end(), heard.begin(), heard.begin() + long(got));
  }
  return out;
}

/** Signal to noise of `out` as a copy of `in` `delay` samples later, dB, without the first `skip` samples. */
inline double snr(const std::vector<int16_t>& in, const std::vector<int16_t>& out, size_t delay, size_t skip) {
  double power = 0, noise = 0;
  for (size_t i = skip; i + delay < out.size() && i < in.size(); i++) {
    const double wrong = double(out[i + delay]) - in[i];
    power += double(in[i]) * in[i];
    noise += wrong * wrong;
  }
  return 10 * std::log10(power / std::max(noise, 1e-9));
}

/** Noise shaped like speech: its power falls above 500 Hz, and it comes in syllables. */
inline std::vector<int16_t> babble(uint32_t rate, size_t count, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::vector<int16_t> out(count);
  double low = 0;
  const double share = 1 - std::exp(-2 * M_PI * 500 / rate);
  for (size_t i = 0; i < count; i++) {
    low += share * (double(random()) / 2147483648.0 - 1 - low);
    const double syllable = 0.55 + 0.45 * std::sin(2 * M_PI * 4 * double(i) / rate);
    out[i] = int16_t(20000 * low * syllable);
  }
  return out;
}

/** Any bytes at all decode to what was said of them, and a decoder that was reset is as a new one. */
inline void anyBytes(AudioCodec& codec, AudioCodec& fresh, size_t most = 400) {
  std::mt19937 random(7);
  std::vector<int16_t> out(20000, 0), again(20000, 0);
  std::vector<uint8_t> payload(most);
  for (int i = 0; i < 500; i++) {
    const size_t size = random() % most;
    for (size_t k = 0; k < size; k++) payload[k] = uint8_t(random());
    const size_t said = codec.samplesIn(payload.data(), size);
    if (said > 0 && said <= out.size()) CHECK(codec.decode(payload.data(), size, out.data(), out.size()) <= said);
  }
  codec.reset();
  const std::vector<uint8_t> known = encode(fresh, babble(fresh.rate(), fresh.rate() / 50));
  const size_t a = codec.decode(known.data(), known.size(), out.data(), out.size());
  const size_t b = fresh.decode(known.data(), known.size(), again.data(), again.size());
  CHECK(a > 0 && a == b);
  CHECK(std::equal(out.begin(), out.begin() + long(a), again.begin()));
}

}  // namespace codec_lab
