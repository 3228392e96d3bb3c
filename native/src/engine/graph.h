// The ports by name, their connections and gains, and the plans made of them. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "audio/player.h"
#include "engine/plan.h"
#include "engine/stream_port.h"

namespace offhook {

class Graph {
 public:
  struct Entry {
    uint64_t serial = 0;                // never used twice, unlike the name
    std::shared_ptr<PortState> state;   // none for a port that failed
    uint32_t rate = 0;                  // Hz; 0 until opened
    bool failed = false;
    float giveFactor = 1, takeFactor = 1;
    StreamPort* stream = nullptr;       // when it is one
    FilePort* file = nullptr;           // when it plays or records one
    Player* player = nullptr;           // when it plays one
    bool inbandDtmf = false;            // the stream has no eventSend
    Pacer* pacer = nullptr;             // when it can be one
  };

  Entry* find(const PortId& port);
  /** The name of a port by its serial number; nullptr when it is gone. */
  const PortId* name(uint64_t serial) const;
  Entry& add(const PortId& port, uint64_t serial);
  void remove(const PortId& port);
  /** Every port's name. */
  std::vector<PortId> names() const;
  size_t size() const { return entries_.size(); }

  /** Why the connection makes no sense, or nothing. */
  std::optional<std::string> connect(const PortId& from, const PortId& to);
  std::optional<std::string> disconnect(const PortId& from, const PortId& to);

  std::unique_ptr<Plan> plan();

 private:
  std::map<PortId, Entry> entries_;
  std::map<uint64_t, PortId> names_;
  std::set<std::pair<PortId, PortId>> connections_;  // from, to
  /** Kept from plan to plan, so that a change elsewhere is not heard: by source's serial and rates. */
  using ResamplerKey = std::tuple<uint64_t, uint32_t, uint32_t>;
  std::map<ResamplerKey, std::shared_ptr<Resampler>> resamplers_;
};

}  // namespace offhook
