// The EVP calls. A context keeps its key; each packet only brings its IV.
#include "aes.h"

#include <new>

namespace offhook {

namespace {
EVP_CIPHER_CTX* made(const EVP_CIPHER* cipher, const KeyBytes& key, int encrypts) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  if (context && EVP_CipherInit_ex(context, cipher, nullptr, key.data(), nullptr, encrypts) == 1) return context;
  EVP_CIPHER_CTX_free(context);
  throw std::bad_alloc();
}

bool restart(EVP_CIPHER_CTX* context, const uint8_t* iv) {
  return EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv, -1) == 1;
}

bool update(EVP_CIPHER_CTX* context, uint8_t* out, Bytes in) {
  int written = 0;
  return in.size == 0 || EVP_CipherUpdate(context, out, &written, in.data, int(in.size)) == 1;
}
}  // namespace

AesCounter::AesCounter(const KeyBytes& key)
    : context_(made(key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), key, 1), EVP_CIPHER_CTX_free) {}

bool AesCounter::apply(const uint8_t* iv, uint8_t* data, size_t size) {
  return restart(context_.get(), iv) && update(context_.get(), data, {data, size});
}

AesGcm::AesGcm(const KeyBytes& key, bool seals)
    : context_(made(key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), key, seals), EVP_CIPHER_CTX_free) {}

bool AesGcm::seal(const uint8_t* iv, Bytes known, Bytes more, uint8_t* data, size_t size, uint8_t* tag) {
  EVP_CIPHER_CTX* const context = context_.get();
  int rest = 0;
  return restart(context, iv) && update(context, nullptr, known) && update(context, nullptr, more) && update(context, data, {data, size}) &&
         EVP_CipherFinal_ex(context, data + size, &rest) == 1 && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTag, tag) == 1;
}

bool AesGcm::open(const uint8_t* iv, Bytes known, Bytes more, Bytes data, const uint8_t* tag, uint8_t* out) {
  EVP_CIPHER_CTX* const context = context_.get();
  int rest = 0;
  return restart(context, iv) && update(context, nullptr, known) && update(context, nullptr, more) && update(context, out, data) &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTag, const_cast<uint8_t*>(tag)) == 1 &&
         EVP_CipherFinal_ex(context, out + data.size, &rest) == 1;
}

}  // namespace offhook
