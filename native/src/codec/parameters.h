// What fmtp says of a codec, read as the codec's own code needs it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "../base/contract.h"

namespace offhook {

/** "" when there is none. */
inline const std::string& textParameter(const Codec& codec, const char* name) {
  static const std::string none;
  const auto found = codec.parameters.find(name);
  return found == codec.parameters.end() ? none : found->second;
}

/** A whole number of at most 6 digits; what is none is as if not there. */
inline int32_t wholeParameter(const Codec& codec, const char* name, int32_t otherwise) {
  const std::string& text = textParameter(codec, name);
  if (text.empty() || text.size() > 6) return otherwise;
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  return *end == 0 && value >= 0 ? int32_t(value) : otherwise;
}

}  // namespace offhook
