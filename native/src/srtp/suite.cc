// The table, in the order of the contract.
#include "suite.h"

namespace offhook {

const SuiteParts& partsOf(SrtpSuite suite) {
  static constexpr SuiteParts kParts[] = {
      {"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false}, {"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false},
      {"AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, false}, {"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, false},
      {"AEAD_AES_128_GCM", 16, 12, 16, 16, true},         {"AEAD_AES_256_GCM", 32, 12, 16, 16, true},
  };
  return kParts[size_t(suite)];
}

}  // namespace offhook
