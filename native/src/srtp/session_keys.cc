// RFC 3711 §4.3.1 and §4.3.3 with a key derivation rate of 0: the index takes no part.
#include "session_keys.h"

#include <cstring>

#include "aes.h"
#include "hmac_sha1.h"

namespace offhook {

SessionKeys deriveKeys(SrtpSuite suite, const KeyBytes& master, bool rtcp) {
  const SuiteParts& parts = partsOf(suite);
  AesCounter random(KeyBytes(master.data(), parts.key));
  const auto derive = [&](uint8_t label, size_t size) {
    // A salt of 96 bits counts as one of 112 with zeros behind (RFC 7714 §11).
    uint8_t iv[16] = {};
    std::memcpy(iv, master.data() + parts.key, parts.salt);
    iv[7] = uint8_t(iv[7] ^ (rtcp ? label + 3 : label));
    const uint8_t zeros[KeyBytes::kMost] = {};
    KeyBytes key(zeros, size);
    random.apply(iv, key.data(), size);
    return key;
  };
  return {derive(0, parts.key), derive(2, parts.salt), derive(1, parts.gcm ? 0 : HmacSha1::kKey)};
}

}  // namespace offhook
