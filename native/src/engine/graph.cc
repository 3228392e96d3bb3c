// Laying out plans: a source is converted once per rate, however many listen.
#include "engine/graph.h"

#include <algorithm>

namespace offhook {

Graph::Entry* Graph::find(const PortId& port) {
  const auto found = entries_.find(port);
  return found == entries_.end() ? nullptr : &found->second;
}

const PortId* Graph::name(uint64_t serial) const {
  const auto found = names_.find(serial);
  return found == names_.end() ? nullptr : &found->second;
}

Graph::Entry& Graph::add(const PortId& port, uint64_t serial) {
  names_[serial] = port;
  Entry& entry = entries_[port];
  entry.serial = serial;
  return entry;
}

void Graph::remove(const PortId& port) {
  const auto found = entries_.find(port);
  if (found == entries_.end()) return;
  names_.erase(found->second.serial);
  entries_.erase(found);
  for (auto each = connections_.begin(); each != connections_.end();)
    each = each->first == port || each->second == port ? connections_.erase(each) : std::next(each);
}

std::vector<PortId> Graph::names() const {
  std::vector<PortId> all;
  for (const auto& each : entries_) all.push_back(each.first);
  return all;
}

std::optional<std::string> Graph::connect(const PortId& from, const PortId& to) {
  const Entry* source = find(from);
  const Entry* sink = find(to);
  if (!source || !sink) return "no port " + (source ? to : from);
  if (source->state && !source->state->port->gives()) return from + " gives no audio";
  if (sink->state && !sink->state->port->takes()) return to + " takes no audio";
  connections_.emplace(from, to);
  return {};
}

std::optional<std::string> Graph::disconnect(const PortId& from, const PortId& to) {
  if (connections_.erase({from, to})) return {};
  return from + " is not connected to " + to;
}

std::unique_ptr<Plan> Graph::plan() {
  auto plan = std::make_unique<Plan>();
  const auto works = [](const Entry& entry) { return entry.state && entry.rate != 0; };
  std::set<PortId> connected;
  for (const auto& [from, to] : connections_) connected.insert({from, to});
  const auto rests = [&](const PortId& id, const Entry& entry) {
    return entry.state->port->canRest() && connected.count(id) == 0;
  };
  std::map<ResamplerKey, std::shared_ptr<Resampler>> used;
  std::map<PortId, size_t> blocks;                        // of sources
  std::map<std::pair<PortId, uint32_t>, size_t> converted;

  const auto blockOf = [&](const PortId& from, uint32_t rate) {
    const Entry& source = entries_.at(from);
    auto block = blocks.find(from);
    if (block == blocks.end())
      block = blocks.emplace(from, plan->addSource({source.state, source.rate, source.giveFactor})).first;
    if (source.rate == rate) return block->second;
    auto conversion = converted.find({from, rate});
    if (conversion == converted.end()) {
      const ResamplerKey key{source.serial, source.rate, rate};
      std::shared_ptr<Resampler>& resampler = used[key] = resamplers_[key];
      if (!resampler) resampler = std::make_shared<Resampler>(source.rate, rate);
      conversion = converted.emplace(std::make_pair(from, rate), plan->addConversion(block->second, resampler, rate)).first;
    }
    return conversion->second;
  };

  for (const auto& [id, entry] : entries_)
    if (works(entry) && entry.state->port->givesAlways() && !rests(id, entry)) blockOf(id, entry.rate);
  for (const auto& [id, entry] : entries_) {
    if (!works(entry) || !entry.state->port->takes() || rests(id, entry)) continue;
    Plan::Sink sink{entry.state, entry.rate, entry.takeFactor, {}};
    for (const auto& [from, to] : connections_)
      if (to == id && works(entries_.at(from))) sink.inputs.push_back(blockOf(from, entry.rate));
    if (!sink.inputs.empty() || entry.state->port->takesAlways()) plan->addSink(std::move(sink));
  }
  std::vector<std::pair<uint64_t, Pacer*>> pacers;
  for (const auto& [id, entry] : entries_) {
    if (!works(entry)) continue;
    if (rests(id, entry)) {
      plan->addResting(entry.state);
      continue;
    }
    if (entry.state->port->givesAlways() || entry.state->port->takesAlways()) plan->addTicked(entry.state);
    if (entry.pacer) pacers.emplace_back(entry.serial, entry.pacer);
  }
  std::sort(pacers.begin(), pacers.end());
  for (const auto& each : pacers) plan->pacers.push_back(each.second);
  resamplers_ = std::move(used);
  return plan;
}

}  // namespace offhook
