// The bucket table is 4-way set associative; within a set the bucket idle longest gives way.
#include "source_limiter.h"

#include <algorithm>

namespace offhook {

namespace {
uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}
}  // namespace

SourceLimiter::SourceLimiter(double perSecond, double burst, uint64_t seed)
    : perNs_(perSecond / 1e9), burst_(std::max(burst, 1.0)), seed_(seed), buckets_(perSecond > 0 ? kSets * kWays : 0) {}

bool SourceLimiter::admit(const Endpoint& from, int64_t nowNs) {
  if (buckets_.empty()) return true;
  uint64_t host = 0;
  std::memcpy(&host, from.bytes(), from.isV6() ? 8 : 4);
  const uint64_t source = mix(host ^ seed_ ^ (from.isV6() ? 1 : 0)) | 1;  // 0 marks an empty bucket
  Bucket* const set = &buckets_[((source >> 8) % kSets) * kWays];
  Bucket* oldest = set;
  Bucket* bucket = nullptr;
  for (Bucket* each = set; each != set + kWays && !bucket; ++each) {
    if (each->source == source) bucket = each;
    else if (each->source == 0 ? oldest->source != 0 : oldest->source != 0 && each->filledAt < oldest->filledAt) oldest = each;
  }
  if (!bucket) {
    bucket = oldest;
    *bucket = {source, nowNs, burst_};
  }
  bucket->tokens = std::min(burst_, bucket->tokens + double(nowNs - bucket->filledAt) * perNs_);
  bucket->filledAt = nowNs;
  if (bucket->tokens < 1) return false;
  bucket->tokens -= 1;
  return true;
}

}  // namespace offhook
