// AES of libcrypto, which Node brings along: instructions where the processor has them, else its constant-time code.
// Nothing is allocated once an object stands; libcrypto wipes its state when it goes.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "../base/key_bytes.h"

namespace offhook {

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

/** Counter mode: the same operation both ways. */
class AesCounter {
 public:
  /** `key` of 16 or 32 bytes. Throws std::bad_alloc when libcrypto has none. */
  explicit AesCounter(const KeyBytes& key);
  /** `iv` of 16 bytes: what the first block is made of. */
  bool apply(const uint8_t* iv, uint8_t* data, size_t size);

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
};

/** Galois/counter mode with an IV of 12 bytes and a tag of 16. */
class AesGcm {
 public:
  static constexpr size_t kTag = 16;

  AesGcm(const KeyBytes& key, bool seals);
  /** `known` and `more` are authenticated, `data` is encrypted too. */
  bool seal(const uint8_t* iv, Bytes known, Bytes more, uint8_t* data, size_t size, uint8_t* tag);
  /** Writes `out`, of the size of `data`, even when the tag is wrong: that is to be forgotten then. */
  bool open(const uint8_t* iv, Bytes known, Bytes more, Bytes data, const uint8_t* tag, uint8_t* out);

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
};

}  // namespace offhook
