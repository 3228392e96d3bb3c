// RFC 3711 §4.1.1 and §4.2; RFC 7714 §8 and §9.
#include "transform.h"

#include <openssl/crypto.h>

#include "../rtp/packet.h"

namespace offhook {

SrtpTransform::SrtpTransform(SrtpSuite suite, const SessionKeys& keys, bool rtcp, bool seals)
    : rtcp_(rtcp), tagSize_(rtcp ? partsOf(suite).rtcpTag : partsOf(suite).rtpTag), salt_(keys.salt) {
  if (partsOf(suite).gcm) {
    gcm_.emplace(keys.cipher, seals);
  } else {
    counter_.emplace(keys.cipher);
    hmac_.emplace(keys.auth);
  }
}

std::array<uint8_t, 16> SrtpTransform::ivOf(Place place) const {
  std::array<uint8_t, 16> iv{};
  std::copy_n(salt_.data(), salt_.size(), iv.begin());
  // SSRC at byte 4 and the index at byte 8; or two bytes earlier each.
  uint8_t* const at = iv.data() + (isGcm() ? 2 : 4);
  uint8_t place48[10];
  write32(place48, place.ssrc);
  write16(place48 + 4, uint32_t(place.index >> 32));
  write32(place48 + 6, uint32_t(place.index));
  for (size_t i = 0; i < sizeof place48; i++) at[i] = uint8_t(at[i] ^ place48[i]);
  return iv;
}

std::array<uint8_t, HmacSha1::kSize> SrtpTransform::tagOf(const uint8_t* packet, size_t size, uint32_t word) const {
  uint8_t written[4];
  write32(written, word);
  return hmac_->of({{packet, size}, {written, sizeof written}});
}

bool SrtpTransform::seal(uint8_t* packet, size_t clear, size_t size, Place place, uint32_t word, uint8_t* tag) {
  const auto iv = ivOf(place);
  if (!isGcm()) {
    if (!counter_->apply(iv.data(), packet + clear, size - clear)) return false;
    std::copy_n(tagOf(packet, size, word).begin(), tagSize_, tag);
    return true;
  }
  uint8_t written[4];
  write32(written, word);
  // The ROC is in the IV already.
  return gcm_->seal(iv.data(), {packet, clear}, {written, rtcp_ ? sizeof written : 0}, packet + clear, size - clear, tag);
}

bool SrtpTransform::open(uint8_t* packet, size_t clear, size_t size, Place place, uint32_t word, const uint8_t* tag) {
  const auto iv = ivOf(place);
  if (!isGcm()) {
    if (CRYPTO_memcmp(tagOf(packet, size, word).data(), tag, tagSize_) != 0) return false;
    return counter_->apply(iv.data(), packet + clear, size - clear);
  }
  if (size > opened_.size()) return false;
  uint8_t written[4];
  write32(written, word);
  const Bytes data{packet + clear, size - clear};
  if (!gcm_->open(iv.data(), {packet, clear}, {written, rtcp_ ? sizeof written : 0}, data, tag, opened_.data())) return false;
  std::copy_n(opened_.begin(), data.size, packet + clear);
  return true;
}

}  // namespace offhook
