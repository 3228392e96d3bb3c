// libspeex takes its memory when made, none after. A packet does not say how many frames it holds: they are counted by the
// lengths their modes have (RFC 5574 §3.3, Speex manual §5.5 and §5.6 of the bit-stream).
#include "speex.h"

#include <speex/speex.h>

#include <algorithm>
#include <array>

#include "parameters.h"

namespace offhook {

namespace {
/** Bits of a frame by its mode, with the band flag and the mode itself; 0: no such mode. */
constexpr std::array<size_t, 16> kNarrowBits = {5, 43, 119, 160, 220, 300, 364, 492, 79};
constexpr std::array<size_t, 8> kWideBits = {4, 36, 112, 192, 352};
/** Layers above one frame, and the modes the second of them has: wider than that nothing is. */
constexpr int kMostLayers = 2;
constexpr unsigned kMostSecondMode = 1;
/** Of the narrow band's mode field: no frames but ends and messages. */
constexpr unsigned kMessageOfUser = 13, kMessage = 14, kEnd = 15;
/** Bits of a message by its kind. */
constexpr std::array<size_t, 16> kMessageBits = {1, 1, 4, 4, 4, 4, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64};
/** libspeex's own store of bits takes as many; a packet of 60 ms at the best quality has 320. */
constexpr size_t kMostBytes = 1500;

/** Of RFC 5574 §4.1.1, for a peer that names no mode. */
constexpr int kNarrowMode = 3, kWideQuality = 8;

class BitReader {
 public:
  BitReader(const uint8_t* bytes, size_t size) : bytes_(bytes), left_(8 * size) {}
  bool has(size_t bits) const { return bits <= left_; }
  unsigned read(size_t bits) {
    unsigned value = 0;
    for (; bits > 0; bits--, at_++, left_--) value = value << 1 | (bytes_[at_ / 8] >> (7 - at_ % 8) & 1u);
    return value;
  }
  bool skip(size_t bits) {
    if (!has(bits)) return false;
    at_ += bits;
    left_ -= bits;
    return true;
  }

 private:
  const uint8_t* const bytes_;
  size_t at_ = 0, left_;
};

/**
 * Whole frames in a packet; -1 when it is none of Speex that a decoder with `ownLayers` can take. What libspeex would stumble
 * over must not reach it: it complains on stderr, from the audio thread. An empty layer it passes over it counts a bit too long.
 */
int framesIn(const uint8_t* payload, size_t size, int ownLayers) {
  BitReader bits(payload, size);
  int frames = 0, layers = 0;
  while (bits.has(1)) {
    if (bits.read(1)) {
      // Above the frame before.
      if (!bits.has(3)) return -1;
      const unsigned mode = bits.read(3);
      const size_t length = kWideBits[mode];
      if (frames == 0 || ++layers > kMostLayers || (layers == 2 && mode > kMostSecondMode)) return -1;
      if (length == 0 || (mode == 0 && layers > ownLayers) || !bits.skip(length - 4)) return -1;
      continue;
    }
    if (!bits.has(4)) return frames;  // Padding.
    const unsigned mode = bits.read(4);
    if (mode == kEnd) return frames;
    if (mode == kMessage) {
      if (!bits.has(4) || !bits.skip(kMessageBits[bits.read(4)])) return -1;
    } else if (mode == kMessageOfUser) {
      if (!bits.has(4) || !bits.skip(5 + 8 * bits.read(4))) return -1;
    } else {
      const size_t length = kNarrowBits[mode];
      if (length == 0 || !bits.skip(length - 5)) return -1;
      frames++;
      layers = 0;
    }
  }
  return frames;
}

struct DestroyEncoder {
  void operator()(void* state) const { speex_encoder_destroy(state); }
};
struct DestroyDecoder {
  void operator()(void* state) const { speex_decoder_destroy(state); }
};
/** SpeexBits, made and unmade. */
struct Bits : SpeexBits {
  Bits() { speex_bits_init(this); }
  ~Bits() { speex_bits_destroy(this); }
  Bits(const Bits&) = delete;
  Bits& operator=(const Bits&) = delete;
};

/** The first number in `"5,any"`; `otherwise` when there is none in [least, most]. */
int firstMode(const std::string& text, int least, int most, int otherwise) {
  const size_t at = text.find_first_of("0123456789");
  if (at == std::string::npos) return otherwise;
  const int mode = std::atoi(text.substr(at, 2).c_str());
  return mode >= least && mode <= most ? mode : otherwise;
}

class Speex final : public AudioCodec {
 public:
  explicit Speex(const Codec& wanted)
      : rate_(wanted.clockRate), frame_(wanted.clockRate / 50), mode_(rate_ == 8000 ? &speex_nb_mode : rate_ == 16000 ? &speex_wb_mode : &speex_uwb_mode),
        encoder_(speex_encoder_init(mode_)), decoder_(speex_decoder_init(mode_)) {
    if (!isMade()) return;
    const std::string &mode = textParameter(wanted, "mode"), &vbr = textParameter(wanted, "vbr");
    int chosen = rate_ == 8000 ? firstMode(mode, 1, 8, kNarrowMode) : firstMode(mode, 0, 10, kWideQuality);
    set(rate_ == 8000 ? SPEEX_SET_MODE : SPEEX_SET_QUALITY, chosen);
    set(SPEEX_SET_VBR, vbr == "on");
    set(SPEEX_SET_VAD, vbr == "vad");
    set(SPEEX_SET_DTX, vbr != "off" && textParameter(wanted, "cng") == "on");
    int enhanced = 1;
    speex_decoder_ctl(decoder_.get(), SPEEX_SET_ENH, &enhanced);
  }
  bool isMade() const { return encoder_ && decoder_; }

  const char* name() const override { return "SPEEX"; }
  uint32_t rate() const override { return rate_; }
  uint32_t clockRate() const override { return rate_; }
  uint32_t frameMs() const override { return 20; }

  size_t encode(const int16_t* in, size_t samples, uint8_t* out, size_t room) override {
    bool needed = false;
    speex_bits_reset(&coded_);
    for (size_t at = 0; at + frame_ <= samples; at += frame_) {
      int16_t frame[kLongestFrame];  // libspeex wants it writable.
      std::copy_n(in + at, frame_, frame);
      needed = speex_encode_int(encoder_.get(), frame, &coded_) || needed;
    }
    if (!needed) return 0;
    speex_bits_insert_terminator(&coded_);
    return size_t(speex_bits_write(&coded_, reinterpret_cast<char*>(out), int(std::min(room, kMostBytes))));
  }

  size_t samplesIn(const uint8_t* payload, size_t size) const override {
    const int frames = size > kMostBytes ? -1 : framesIn(payload, size, rate_ == 8000 ? 0 : rate_ == 16000 ? 1 : 2);
    return frames > 0 ? size_t(frames) * frame_ : 0;
  }

  size_t decode(const uint8_t* payload, size_t size, int16_t* out, size_t room) override {
    const size_t samples = samplesIn(payload, size);
    if (samples == 0 || samples > room) return 0;
    speex_bits_read_from(&heard_, reinterpret_cast<const char*>(payload), int(size));
    for (size_t at = 0; at < samples; at += frame_) {
      if (speex_decode_int(decoder_.get(), &heard_, out + at) != 0) speex_decode_int(decoder_.get(), nullptr, out + at);
    }
    return samples;
  }

  bool conceals() const override { return true; }
  size_t conceal(int16_t* out, size_t samples) override {
    const size_t whole = (samples + frame_ - 1) / frame_ * frame_;
    for (size_t at = 0; at < whole; at += frame_) speex_decode_int(decoder_.get(), nullptr, out + at);
    return whole;
  }

  void reset() override { speex_decoder_ctl(decoder_.get(), SPEEX_RESET_STATE, nullptr); }

 private:
  static constexpr size_t kLongestFrame = 640;

  void set(int request, int value) { speex_encoder_ctl(encoder_.get(), request, &value); }

  const uint32_t rate_;
  const size_t frame_;
  const SpeexMode* const mode_;
  const std::unique_ptr<void, DestroyEncoder> encoder_;
  const std::unique_ptr<void, DestroyDecoder> decoder_;
  Bits coded_, heard_;
};
}  // namespace

std::unique_ptr<AudioCodec> makeSpeex(const Codec& wanted) {
  if (wanted.clockRate != 8000 && wanted.clockRate != 16000 && wanted.clockRate != 32000) return nullptr;
  auto codec = std::make_unique<Speex>(wanted);
  if (!codec->isMade()) return nullptr;
  return codec;
}

}  // namespace offhook
