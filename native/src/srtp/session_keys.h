// From a master key to the keys that packets are protected with (RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11).
#pragma once

#include "suite.h"

namespace offhook {

struct SessionKeys {
  KeyBytes cipher, salt;
  /** Of HMAC-SHA1; empty for AEAD suites. */
  KeyBytes auth;
};

/** `master`: key and salt one after the other, of the suite's sizes. */
SessionKeys deriveKeys(SrtpSuite suite, const KeyBytes& master, bool rtcp);

}  // namespace offhook
