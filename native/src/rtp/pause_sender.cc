// A packet with any speech in it is speech.
#include "pause_sender.h"

#include <cstdlib>

namespace offhook {

namespace {
constexpr uint32_t kAgainMs = 1000;
constexpr int kChangeDb = 3;
}  // namespace

PauseSender::What PauseSender::look(const int16_t* in, size_t samples, uint8_t* out, size_t room, size_t& size) {
  bool silent = true;
  for (size_t at = 0; at + block_ <= samples; at += block_) silent = detector_.isSilent(in + at, block_) && silent;
  const bool begins = silent && !pausing_;
  pausing_ = silent;
  if (!silent) return What::Voice;
  if (!noise_) return What::Nothing;
  sinceSaidMs_ += uint32_t(samples / block_) * 10;
  size = noise_->encode(in, samples, out, room);
  if (size == 0) return What::Voice;
  if (!begins && sinceSaidMs_ < kAgainMs && std::abs(out[0] - saidLevel_) < kChangeDb) return What::Nothing;
  sinceSaidMs_ = 0;
  saidLevel_ = out[0];
  return What::Noise;
}

}  // namespace offhook
