// Binding and refilling.
#include "engine/pair_stock.h"

#include "rt/clock.h"

namespace offhook {

void PairStock::order(const command::StockPairs& order, int64_t nowNs) {
  const bool sameMark = order.dscp == order_.dscp;
  order_ = order;
  failed_ = false;
  for (auto each = ready_.begin(); each != ready_.end();) {
    const SocketPair& pair = each->second;
    const bool fits = sameMark && pair.address == order.address && pair.rtpPort >= order.min && pair.rtcpPort <= order.max;
    each = fits ? std::next(each) : ready_.erase(each);
  }
  while (ready_.size() > order.want) ready_.erase(std::prev(ready_.end()));
  refill(nowNs);
}

std::optional<SocketPair> PairStock::take(PairId id, int64_t nowNs) {
  const auto found = ready_.find(id);
  if (found == ready_.end()) return {};
  std::optional<SocketPair> pair(std::move(found->second));
  ready_.erase(found);
  refill(nowNs);
  return pair;
}

void PairStock::refill(int64_t nowNs) {
  retryNs_ = -1;
  while (ready_.size() < order_.want) {
    SocketPair pair;
    std::string why;
    if (!bind_(order_.address, order_.min, order_.max, order_.dscp, pair, why)) {
      retryNs_ = nowNs + kSecondNs;
      if (!failed_) emit_(event::PairsFailed{why});
      failed_ = true;
      return;
    }
    failed_ = false;
    const PairId id = ++lastId_;
    emit_(event::PairReady{id, pair.address, pair.rtpPort, pair.rtcpPort, pair.unmarked});
    ready_.emplace(id, std::move(pair));
  }
}

}  // namespace offhook
