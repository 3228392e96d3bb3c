// The bridge without threads: exact mixing, gains, self-connection, shared conversion.
#include <algorithm>

#include "check.h"
#include "engine/graph.h"
#include "signal.h"

using namespace offhook;

namespace {

/** Gives a constant or a sine, keeps what it takes. */
class Probe : public Port {
 public:
  explicit Probe(int16_t level, bool always = false) : level_(level), always_(always) {}
  bool gives() const override { return true; }
  bool takes() const override { return true; }
  bool givesAlways() const override { return always_; }
  bool takesAlways() const override { return always_; }
  void give(int16_t* out, size_t samples, int64_t) override {
    given++;
    std::fill(out, out + samples, level_);
  }
  void take(const int16_t* in, size_t samples, int64_t) override { taken.assign(in, in + samples); }
  std::vector<int16_t> taken;
  int given = 0;

 private:
  const int16_t level_;
  const bool always_;
};

struct Bridge {
  Graph graph;
  uint64_t serial = 0;
  std::shared_ptr<Probe> add(const PortId& port, uint32_t rate, int16_t level, bool always = false) {
    auto probe = std::make_shared<Probe>(level, always);
    Graph::Entry& entry = graph.add(port, ++serial);
    entry.state = std::make_shared<PortState>(probe);
    entry.rate = rate;
    return probe;
  }
  void run(int ticks = 1) {
    const auto plan = graph.plan();
    for (int i = 0; i < ticks; i++) plan->run(0, 0);
  }
};

bool all(const std::vector<int16_t>& block, size_t samples, int16_t value) {
  return block.size() == samples && std::all_of(block.begin(), block.end(), [&](int16_t s) { return s == value; });
}

}  // namespace

TEST("engine-plan/three parties each hear exactly the two others") {
  Bridge bridge;
  const auto a = bridge.add("a", 8000, 100), b = bridge.add("b", 8000, 2000), c = bridge.add("c", 8000, -7);
  for (const char* from : {"a", "b", "c"})
    for (const char* to : {"a", "b", "c"})
      if (from != to) CHECK(!bridge.graph.connect(from, to));
  bridge.run();
  CHECK(all(a->taken, 80, 1993));
  CHECK(all(b->taken, 80, 93));
  CHECK(all(c->taken, 80, 2100));
}

TEST("engine-plan/a sum too loud saturates") {
  Bridge bridge;
  bridge.add("a", 8000, 30000);
  bridge.add("b", 8000, 30000);
  const auto c = bridge.add("c", 8000, 0);
  bridge.graph.connect("a", "c");
  bridge.graph.connect("b", "c");
  bridge.run();
  CHECK(all(c->taken, 80, 32767));
}

TEST("engine-plan/connected to itself a port hears itself, bit for bit; unconnected it costs nothing") {
  Bridge bridge;
  const auto echo = bridge.add("echo", 16000, 1234), idle = bridge.add("idle", 8000, 1);
  bridge.graph.connect("echo", "echo");
  bridge.run();
  CHECK(all(echo->taken, 160, 1234));
  CHECK_EQ(idle->given, 0);
  CHECK(idle->taken.empty());
  bridge.graph.disconnect("echo", "echo");
  CHECK(bridge.graph.plan()->idle());
}

TEST("engine-plan/gains: a straight line over the first block, then exact; muting is silence") {
  Bridge bridge;
  bridge.add("a", 8000, 10000);
  const auto b = bridge.add("b", 8000, 0);
  bridge.graph.connect("a", "b");
  bridge.run();
  CHECK(all(b->taken, 80, 10000));
  bridge.graph.find("a")->giveFactor = gainFactor(-6.0205999);
  bridge.run();
  for (size_t i = 0; i < 80; i++) CHECK_WITHIN(b->taken[i], 10000 - 62.5 * (i + 1) - 1, 10000 - 62.5 * (i + 1) + 1);
  bridge.run();
  CHECK(all(b->taken, 80, 5000));
  bridge.graph.find("b")->takeFactor = gainFactor({});
  bridge.run(2);
  CHECK(all(b->taken, 80, 0));
}

TEST("engine-plan/rates mix: twenty listeners of another rate hear one conversion, settled to the level given") {
  Bridge bridge;
  const auto talker = bridge.add("talker", 16000, 4000);
  std::vector<std::shared_ptr<Probe>> listeners;
  for (int i = 0; i < 20; i++) {
    listeners.push_back(bridge.add("l" + std::to_string(i), 8000, 0));
    bridge.graph.connect("talker", "l" + std::to_string(i));
  }
  bridge.run(5);
  CHECK_EQ(talker->given, 5);
  for (const auto& each : listeners) {
    REQUIRE(each->taken.size() == 80);
    CHECK_WITHIN(each->taken[79], 3996, 4004);
    CHECK(each->taken == listeners[0]->taken);
  }
}

TEST("engine-plan/a conversion keeps its state when something else changes") {
  Bridge bridge;
  bridge.add("a", 48000, 8000);
  const auto b = bridge.add("b", 8000, 0);
  bridge.graph.connect("a", "b");
  bridge.run(3);
  bridge.add("c", 8000, 0);
  bridge.run();
  CHECK_WITHIN(*std::min_element(b->taken.begin(), b->taken.end()), 7990, 8010);
}

TEST("engine-plan/connections that make no sense") {
  Bridge bridge;
  bridge.add("a", 8000, 0);
  CHECK_EQ(bridge.graph.connect("a", "x").value_or(""), "no port x");
  CHECK_EQ(bridge.graph.disconnect("a", "a").value_or(""), "a is not connected to a");
}
