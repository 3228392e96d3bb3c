// HMAC-SHA1 (RFC 2104) with the key's two blocks hashed ahead. Of libcrypto's older calls: its newer ones allocate for each message.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <initializer_list>

#include "aes.h"

namespace offhook {

class HmacSha1 {
 public:
  static constexpr size_t kKey = 20, kSize = 20;

  /** `key` of at most 64 bytes. */
  explicit HmacSha1(const KeyBytes& key);
  ~HmacSha1();
  HmacSha1(const HmacSha1&) = delete;
  HmacSha1& operator=(const HmacSha1&) = delete;

  std::array<uint8_t, kSize> of(std::initializer_list<Bytes> parts) const;

 private:
  SHA_CTX inner_, outer_;
};

}  // namespace offhook
