// Two hashes, each beginning where the constructor left off.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hmac_sha1.h"

#include <openssl/crypto.h>

namespace offhook {

HmacSha1::HmacSha1(const KeyBytes& key) {
  const auto begin = [&key](SHA_CTX& hash, uint8_t pad) {
    uint8_t block[SHA_CBLOCK];
    for (size_t i = 0; i < sizeof block; i++) block[i] = uint8_t((i < key.size() ? key.data()[i] : 0) ^ pad);
    SHA1_Init(&hash);
    SHA1_Update(&hash, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
  };
  begin(inner_, 0x36);
  begin(outer_, 0x5c);
}

HmacSha1::~HmacSha1() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

std::array<uint8_t, HmacSha1::kSize> HmacSha1::of(std::initializer_list<Bytes> parts) const {
  std::array<uint8_t, kSize> digest;
  SHA_CTX hash = inner_;
  for (const Bytes& part : parts) SHA1_Update(&hash, part.data, part.size);
  SHA1_Final(digest.data(), &hash);
  hash = outer_;
  SHA1_Update(&hash, digest.data(), digest.size());
  SHA1_Final(digest.data(), &hash);
  OPENSSL_cleanse(&hash, sizeof hash);
  return digest;
}

}  // namespace offhook
