// Binding and refilling.
#include "engine/pair_stock.h"

#include <algorithm>

#include "rt/clock.h"

namespace offhook {

namespace {
/** Brought and not opened. */
constexpr size_t kMostBrought = 64;

bool isOf(const SocketPair& pair, const std::string& address) { return !pair.brought && pair.address == address; }
}  // namespace

void PairStock::bring(const command::BringPair& order) {
  SocketPair pair;
  std::string why = "too many pairs wait to be opened: " + std::to_string(kMostBrought);
  if (ready_.size() - size() >= kMostBrought || !bringPair(order, pair, why)) return emit_(event::PairsFailed{why, order.ref});
  const PairId id = ++lastId_;
  emit_(event::PairReady{id, pair.address, pair.rtpPort, pair.rtcpPort, pair.unmarked, order.ref});
  ready_.emplace(id, std::move(pair));
}

void PairStock::order(const command::StockPairs& order, int64_t nowNs) {
  if (order.address.empty()) {
    orders_.clear();
    for (auto each = ready_.begin(); each != ready_.end();) each = each->second.brought ? std::next(each) : ready_.erase(each);
    failed_.clear();
    retryNs_ = -1;
    return;
  }
  const auto before = orders_.find(order.address);
  const bool sameMark = before != orders_.end() && order.dscp == before->second.dscp;
  for (auto each = ready_.begin(); each != ready_.end();) {
    const SocketPair& pair = each->second;
    const bool fits = pair.brought || pair.address != order.address || sameMark;
    each = fits ? std::next(each) : ready_.erase(each);
  }
  size_t excess = readyAt(order.address);
  excess -= std::min<size_t>(excess, order.want);
  for (auto each = ready_.end(); excess > 0 && each != ready_.begin();) {
    if (!isOf((--each)->second, order.address)) continue;
    each = ready_.erase(each);
    --excess;
  }
  failed_.erase(order.address);
  if (order.want == 0) orders_.erase(order.address);
  else orders_[order.address] = order;
  refill(nowNs);
}

size_t PairStock::size() const {
  return size_t(std::count_if(ready_.begin(), ready_.end(), [](const auto& each) { return !each.second.brought; }));
}

size_t PairStock::readyAt(const std::string& address) const {
  return size_t(std::count_if(ready_.begin(), ready_.end(), [&](const auto& each) { return isOf(each.second, address); }));
}

std::optional<SocketPair> PairStock::take(PairId id, int64_t nowNs) {
  const auto found = ready_.find(id);
  if (found == ready_.end()) return {};
  std::optional<SocketPair> pair(std::move(found->second));
  ready_.erase(found);
  refill(nowNs);
  return pair;
}

bool PairStock::release(PairId id, int64_t nowNs) {
  const bool had = ready_.erase(id) > 0;
  if (had) refill(nowNs);
  return had;
}

void PairStock::refill(int64_t nowNs) {
  retryNs_ = -1;
  for (const auto& [address, order] : orders_) {
    for (size_t have = readyAt(address); have < order.want; have++) {
      SocketPair pair;
      std::string why;
      if (!bind_(address, order.min, order.max, order.dscp, pair, why)) {
        retryNs_ = nowNs + kSecondNs;
        if (failed_.insert(address).second) emit_(event::PairsFailed{why, {}});
        break;
      }
      failed_.erase(address);
      const PairId id = ++lastId_;
      emit_(event::PairReady{id, pair.address, pair.rtpPort, pair.rtcpPort, pair.unmarked, {}});
      ready_.emplace(id, std::move(pair));
    }
  }
}

}  // namespace offhook
