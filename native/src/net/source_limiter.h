// Token buckets per source address (an IPv6 /64 counts as one source), in a table of fixed size.
#pragma once

#include <cstdint>
#include <vector>

#include "endpoint.h"

namespace offhook {

class SourceLimiter {
 public:
  /** `perSecond` datagrams on average and `burst` at once from each source; perSecond 0 lets everything pass. */
  SourceLimiter(double perSecond, double burst, uint64_t seed);

  /** Takes a token of this source. A source not seen for long, or pushed out of the table, begins with a full bucket. */
  bool admit(const Endpoint& from, int64_t nowNs);

 private:
  static constexpr size_t kSets = 256, kWays = 4;
  struct Bucket {
    uint64_t source = 0;
    int64_t filledAt = 0;
    double tokens = 0;
  };

  double perNs_, burst_;
  /** Hidden from senders, so that nobody can choose addresses that fall on another's place. */
  uint64_t seed_;
  std::vector<Bucket> buckets_;
};

}  // namespace offhook
