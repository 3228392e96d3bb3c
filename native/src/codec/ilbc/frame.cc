// The bits of a frame go in three classes, the most important first (RFC 3951 §3.8): each number gives its upper bits to the
// first class, its lower ones to the last.
#include "frame.h"

namespace offhook::ilbc {

namespace {
using Bits = std::array<uint8_t, 3>;
struct VectorBits {
  std::array<Bits, kStages> index, gain;
};

constexpr Bits kSpectrum[] = {{6, 0, 0}, {7, 0, 0}, {7, 0, 0}};
constexpr Bits kState1 = {0, 1, 2};
struct Layout {
  Bits start;
  VectorBits rest;
  std::array<VectorBits, 4> blocks;
};
constexpr Layout kLayout20 = {
    {2, 0, 0},
    {{{{6, 0, 1}, {0, 0, 7}, {0, 0, 7}}}, {{{2, 0, 3}, {1, 1, 2}, {0, 0, 3}}}},
    {{{{{{7, 0, 1}, {0, 0, 7}, {0, 0, 7}}}, {{{1, 2, 2}, {1, 1, 2}, {0, 0, 3}}}},
      {{{{0, 0, 8}, {0, 0, 8}, {0, 0, 8}}}, {{{1, 1, 3}, {0, 2, 2}, {0, 0, 3}}}}}}};
constexpr Layout kLayout30 = {
    {3, 0, 0},
    {{{{4, 2, 1}, {0, 0, 7}, {0, 0, 7}}}, {{{1, 1, 3}, {1, 1, 2}, {0, 0, 3}}}},
    {{{{{{6, 1, 1}, {0, 0, 7}, {0, 0, 7}}}, {{{1, 2, 2}, {1, 2, 1}, {0, 0, 3}}}},
      {{{{0, 7, 1}, {0, 0, 8}, {0, 0, 8}}}, {{{0, 2, 3}, {0, 2, 2}, {0, 0, 3}}}},
      {{{{0, 7, 1}, {0, 0, 8}, {0, 0, 8}}}, {{{0, 1, 4}, {0, 1, 3}, {0, 0, 3}}}},
      {{{{0, 7, 1}, {0, 0, 8}, {0, 0, 8}}}, {{{0, 1, 4}, {0, 1, 3}, {0, 0, 3}}}}}}};

/** `each(number, bits)` for all numbers of the frame in their order. */
template <typename F, typename Each>
void forAll(const Mode& mode, F& frame, Each each) {
  const Layout& layout = mode.subs == k20Ms.subs ? kLayout20 : kLayout30;
  for (size_t i = 0; i < 3 * mode.spectra; i++) each(frame.spectrum[i], kSpectrum[i % 3]);
  each(frame.start, layout.start);
  each(frame.stateFirst, Bits{1, 0, 0});
  each(frame.scale, Bits{6, 0, 0});
  for (size_t i = 0; i < mode.shortState; i++) each(frame.state[i], kState1);
  for (size_t k = 0; k < kStages; k++) each(frame.rest.index[k], layout.rest.index[k]);
  for (size_t k = 0; k < kStages; k++) each(frame.rest.gain[k], layout.rest.gain[k]);
  for (size_t i = 0; i < mode.subs - 2; i++) {
    for (size_t k = 0; k < kStages; k++) each(frame.blocks[i].index[k], layout.blocks[i].index[k]);
  }
  for (size_t i = 0; i < mode.subs - 2; i++) {
    for (size_t k = 0; k < kStages; k++) each(frame.blocks[i].gain[k], layout.blocks[i].gain[k]);
  }
}

/** The second and third step of the first block use but half of their codebook, so that 7 bits do. */
int shortened(int index) { return index >= 236 ? index - 128 : index >= 108 ? index - 64 : index; }
int lengthened(int index) { return index >= 108 ? index + 128 : index >= 44 ? index + 64 : index; }
template <typename Change>
void changeFirst(Frame& frame, Change change) {
  for (size_t k = 1; k < kStages; k++) frame.blocks[0].index[k] = change(frame.blocks[0].index[k]);
}
}  // namespace

void write(const Mode& mode, const Frame& frame, uint8_t* out) {
  Frame shorter = frame;
  changeFirst(shorter, shortened);
  size_t at = 0;
  for (size_t i = 0; i < mode.bytes; i++) out[i] = 0;
  for (size_t c = 0; c < 3; c++) {
    forAll(mode, shorter, [&](int number, const Bits& bits) {
      const int below = (c < 1 ? bits[1] : 0) + (c < 2 ? bits[2] : 0);
      for (int bit = bits[c] - 1; bit >= 0; bit--, at++) out[at / 8] |= uint8_t((number >> (below + bit) & 1) << (7 - at % 8));
    });
  }
}

bool read(const Mode& mode, const uint8_t* in, Frame& frame) {
  frame = Frame();
  frame.start = 0;
  size_t at = 0;
  for (size_t c = 0; c < 3; c++) {
    forAll(mode, frame, [&](int& number, const Bits& bits) {
      for (int bit = 0; bit < bits[c]; bit++, at++) number = number << 1 | (in[at / 8] >> (7 - at % 8) & 1);
    });
  }
  changeFirst(frame, lengthened);
  const bool isEmpty = in[mode.bytes - 1] & 1;
  return !isEmpty && frame.start >= 1 && size_t(frame.start) < mode.subs;
}

}  // namespace offhook::ilbc
