// Exchange without freeing anything here: what is done with travels back in the keys that came.
#include "session.h"

namespace offhook {

namespace {
bool sameKey(const std::optional<SrtpConfig>& a, const std::optional<SrtpConfig>& b, SrtpKey SrtpConfig::*which) {
  return a && b && a->suite == b->suite && *a.*which == *b.*which;
}
}  // namespace

SrtpSession::Keys SrtpSession::make(const std::optional<SrtpConfig>& config) {
  if (!config) return {};
  return {std::make_unique<SrtpOutbound>(config->suite, config->send), std::make_unique<SrtpInbound>(config->suite, config->receive)};
}

bool SrtpSession::exchange(const std::optional<SrtpConfig>& before, const std::optional<SrtpConfig>& after, Keys& keys) {
  const bool keptOut = sameKey(before, after, &SrtpConfig::send), keptIn = sameKey(before, after, &SrtpConfig::receive);
  if (!keptOut) keys_.out.swap(keys.out);
  if (!keptIn) {
    keys_.in.swap(keys.in);
    // Only from key to key: nothing of a secured stream is taken once it is not, and nothing plain once it is.
    lastCounts_ = keys.in && keys_.in;
    last_.swap(keys.in);
  }
  return after && !keptOut;
}

bool SrtpSession::open(uint8_t* packet, size_t& size, SrtpInbound::Verdict (SrtpInbound::*open)(uint8_t*, size_t&)) {
  if (!keys_.in) return true;
  SrtpInbound::Verdict verdict = (*keys_.in.*open)(packet, size);
  if (verdict == SrtpInbound::Verdict::Ok) {
    lastCounts_ = false;
    return true;
  }
  if (verdict != SrtpInbound::Verdict::Malformed && lastCounts_) verdict = (*last_.*open)(packet, size);
  if (verdict == SrtpInbound::Verdict::Ok) return true;
  ++(verdict == SrtpInbound::Verdict::Replayed ? replayed_ : forged_);
  return false;
}

}  // namespace offhook
