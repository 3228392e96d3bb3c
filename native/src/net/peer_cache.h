// The peers met last, so that neither address text nor address objects are made anew for every datagram.
#pragma once

#include <array>

#include "endpoint.h"

namespace offhook {

/** Direct-mapped both ways; a newcomer takes the place of whoever stood there. */
class PeerCache {
 public:
  static constexpr size_t kSlots = 256;

  /** The slot of this endpoint; `isNew` when it has just taken it. */
  size_t slotOf(const Endpoint& endpoint, bool& isNew) {
    uint32_t hash = 2166136261u;
    const uint8_t* const bytes = endpoint.bytes();
    for (size_t i = 0; i < endpoint.byteCount(); i++) hash = (hash ^ bytes[i]) * 16777619u;
    hash = (hash ^ endpoint.port()) * 16777619u;
    const size_t slot = (hash ^ (hash >> 15)) % kSlots;
    isNew = !slots_[slot].isSet() || slots_[slot] != endpoint;
    if (isNew) slots_[slot] = endpoint;
    return slot;
  }

  /** The endpoint an address literal of `length` bytes stands for; nullptr when it is none. */
  const Endpoint* parse(const char* text, size_t length, uint16_t port) {
    if (length >= kTextSize) return nullptr;
    uint32_t hash = 2166136261u ^ port;
    for (size_t i = 0; i < length; i++) hash = (hash ^ uint8_t(text[i])) * 16777619u;
    Parsed& parsed = parsed_[(hash ^ (hash >> 15)) % kSlots];
    if (parsed.endpoint.isSet() && parsed.endpoint.port() == port && parsed.length == length && std::memcmp(parsed.text, text, length) == 0) {
      return &parsed.endpoint;
    }
    parsed.endpoint = Endpoint();
    parsed.length = length;
    std::memcpy(parsed.text, text, length);
    parsed.text[length] = '\0';
    return parseEndpoint(parsed.text, port, parsed.endpoint) ? &parsed.endpoint : nullptr;
  }

 private:
  static constexpr size_t kTextSize = INET6_ADDRSTRLEN;
  struct Parsed {
    Endpoint endpoint;
    size_t length = 0;
    char text[kTextSize] = {};
  };
  std::array<Endpoint, kSlots> slots_;
  std::array<Parsed, kSlots> parsed_;
};

}  // namespace offhook
