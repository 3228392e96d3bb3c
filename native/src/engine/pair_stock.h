// RTP/RTCP socket pairs bound ahead, so that no offer waits for a port, and those brought by the application.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/contract.h"
#include "rtp/stream.h"

namespace offhook {

/** As offhook::bindPair; replaced in tests. */
using BindPair = std::function<bool(const std::string& address, uint16_t min, uint16_t max, uint8_t dscp, SocketPair& out, std::string& why)>;

class PairStock {
 public:
  PairStock(BindPair bind, std::function<void(Event&&)> emit) : bind_(std::move(bind)), emit_(std::move(emit)) {}

  /** Of one address: its pairs with the mark asked for stay, also at other ports, others are closed; then refills. Other addresses keep theirs. Without an address: nothing is kept anywhere. Pairs brought stay. */
  void order(const command::StockPairs& order, int64_t nowNs);
  /** A pair of the application's; told by an event. */
  void bring(const command::BringPair& order);
  bool has(PairId id) const { return ready_.count(id) != 0; }
  /** Takes a pair out and refills; nothing when there is no such pair. */
  std::optional<SocketPair> take(PairId id, int64_t nowNs);
  /** Closes a pair and refills, with its ports too; false when there is no such pair. */
  bool release(PairId id, int64_t nowNs);
  /** Binds what is missing; when none is free says so once and tries again every second. */
  void refill(int64_t nowNs);
  /** When refill() wants to be called; negative: not. */
  int64_t retryAt() const { return retryNs_; }
  /** Of the stock: without those brought. */
  size_t size() const;

 private:
  const BindPair bind_;
  const std::function<void(Event&&)> emit_;
  size_t readyAt(const std::string& address) const;

  std::map<std::string, command::StockPairs> orders_;  // By address; none that wants nothing.
  std::map<PairId, SocketPair> ready_;
  PairId lastId_ = 0;
  int64_t retryNs_ = -1;
  std::set<std::string> failed_;  // Addresses whose failure has been told.
};

}  // namespace offhook
