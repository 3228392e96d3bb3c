// The whole engine in real threads, with streams of the test's own: commands, events, order, the way out.
#include "engine/engine.h"

#include <unistd.h>

#include <algorithm>

#include "check.h"
#include "dsp/tone.h"
#include "fake_stream.h"
#include "signal.h"

using namespace offhook;

namespace {

struct Lab {
  std::mutex mutex;
  std::vector<Event> events;
  std::vector<FakeStream*> streams;  // owned by the engine
  int16_t level = 1000;
  Engine engine{[this](Event&& event) {
                  const std::lock_guard<std::mutex> hold(mutex);
                  events.push_back(std::move(event));
                },
                options()};

  EngineOptions options() {
    EngineOptions options;
    options.createStream = [this](PortId, SocketPair, const StreamConfig& config, EmitEvent emit, std::string& why) {
      if (config.send.name == "NONE") {
        why = "no such codec";
        return std::unique_ptr<Stream>();
      }
      auto stream = std::make_unique<FakeStream>(config.send.clockRate, level, emit);
      streams.push_back(stream.get());
      return std::unique_ptr<Stream>(std::move(stream));
    };
    options.bindPair = [](const std::string& address, uint16_t min, uint16_t, uint8_t, SocketPair& out, std::string& why) {
      if (address == "192.0.2.1") why = "no such address";
      out.address = address;
      out.rtpPort = min;
      out.rtcpPort = static_cast<uint16_t>(min + 1);
      return why.empty();
    };
    return options;
  }

  template <typename T, typename Match>
  std::optional<T> wait(Match match) {
    for (int i = 0; i < 600; i++) {
      {
        const std::lock_guard<std::mutex> hold(mutex);
        for (const Event& event : events)
          if (const T* found = std::get_if<T>(&event))
            if (match(*found)) return *found;
      }
      usleep(5000);
    }
    return {};
  }
  template <typename T>
  std::optional<T> of(const PortId& port) {
    return wait<T>([&](const T& event) { return event.port == port; });
  }
  std::string rejection(Command&& command) {
    {
      const std::lock_guard<std::mutex> hold(mutex);
      events.clear();
    }
    engine.submit(std::move(command));
    const auto rejected = wait<event::Rejected>([](const event::Rejected&) { return true; });
    return rejected ? rejected->command + ": " + rejected->reason : "accepted";
  }
  StreamConfig config(uint32_t rate = 8000, const char* name = "PCMU") {
    StreamConfig out;
    out.send = {name, 0, rate, 1, {}};
    out.receive = {out.send};
    return out;
  }
  PairId stock() {
    engine.submit(command::StockPairs{"127.0.0.1", 20000, 20010, 4, 0});
    const auto ready = wait<event::PairReady>([](const event::PairReady&) { return true; });
    return ready ? ready->pair : 0;
  }
};

}  // namespace

TEST("engine/two streams hear each other through the bridge, within one tick of the command") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenStream{"a", pair, lab.config(), {}});
  lab.engine.submit(command::OpenStream{"b", pair + 1, lab.config(16000, "G722"), {}});
  lab.engine.submit(command::Connect{"a", "b"});
  REQUIRE(lab.of<event::PortOpened>("b"));
  CHECK_EQ(lab.of<event::PortOpened>("b")->rate, 16000u);
  usleep(150000);
  const auto taken = lab.streams[1]->taken();
  CHECK(taken.size() >= 1600);
  CHECK_WITHIN(taken.back(), 996, 1004);
  const auto alone = lab.streams[0]->taken();
  CHECK(!alone.empty() && std::all_of(alone.begin(), alone.end(), [](int16_t s) { return s == 0; }));
  lab.streams[0]->packet();
  for (int i = 0; i < 200 && lab.streams[0]->readable == 0; i++) usleep(1000);
  CHECK_EQ(lab.streams[0]->readable.load(), 1u);
}

TEST("engine/pairs: a stock for each address; an order for none of one leaves the other, and \"\" ends all") {
  Lab lab;
  lab.stock();
  lab.engine.submit(command::StockPairs{"127.0.0.2", 20000, 20010, 1, 0});
  const auto other = lab.wait<event::PairReady>([](const event::PairReady& each) { return each.address == "127.0.0.2"; });
  CHECK(other && other->unmarked.empty());
  lab.engine.submit(command::StockPairs{"127.0.0.2", 20000, 20010, 0, 0});
  CHECK_EQ(lab.rejection(command::ReleasePair{other->pair}), "release-pair: no pair " + std::to_string(other->pair) + " in stock");
  CHECK_EQ(lab.rejection(command::OpenStream{"s", 99, lab.config(), {}}), "open-stream: no pair 99 in stock");
  lab.engine.submit(command::ReleasePair{1});
  lab.engine.submit(command::StockPairs{"", 20000, 20010, 0, 0});
  CHECK_EQ(lab.rejection(command::ReleasePair{2}), "release-pair: no pair 2 in stock");
}

TEST("engine/pairs: kept in stock, refilled when one is taken, a failure told once") {
  Lab lab;
  const PairId pair = lab.stock();
  REQUIRE(pair != 0);
  lab.engine.submit(command::ReleasePair{pair});
  CHECK(lab.wait<event::PairReady>([&](const event::PairReady& e) { return e.pair == pair + 4; }));
  CHECK_EQ(lab.rejection(command::ReleasePair{pair}), "release-pair: no pair 1 in stock");
  lab.engine.submit(command::StockPairs{"192.0.2.1", 20000, 20010, 1, 0});
  const auto failed = lab.wait<event::PairsFailed>([](const event::PairsFailed&) { return true; });
  REQUIRE(failed);
  CHECK_EQ(failed->reason, "no such address");
}

TEST("engine/pairs: an order for other ports leaves those that are bound; who is released is followed by one of the new ports") {
  Lab lab;
  const PairId pair = lab.stock();
  REQUIRE(pair != 0);
  lab.engine.submit(command::StockPairs{"127.0.0.1", 30000, 30010, 4, 0});
  lab.engine.submit(command::ReleasePair{pair});
  const auto next = lab.wait<event::PairReady>([](const event::PairReady& e) { return e.rtpPort == 30000; });
  REQUIRE(next);
  CHECK_EQ(next->pair, pair + 4);
  lab.engine.submit(command::OpenStream{"offered", pair + 1, lab.config(), {}});
  CHECK(lab.of<event::PortOpened>("offered"));
}

TEST("engine/commands that make no sense are rejected with the reason, and nothing else happens") {
  Lab lab;
  CHECK_EQ(lab.rejection(command::ClosePort{"x"}), "close-port: no port x");
  CHECK_EQ(lab.rejection(command::Connect{"x", "y"}), "connect: no port x");
  CHECK_EQ(lab.rejection(command::OpenStream{"s", 99, lab.config(), {}}), "open-stream: no pair 99 in stock");
  CHECK_EQ(lab.rejection(command::OpenTone{"t", {}}), "open-tone: steps: expected 1–64, got 0");
  CHECK_EQ(lab.rejection(command::SendDtmf{"t", "12x", 100, 50}), "send-dtmf: digits: expected 0-9 A-D * # ,, got \"x\"");
  CHECK_EQ(lab.rejection(command::OpenDevice{"", {}}), "open-device: port: expected a name of 1–64 bytes, got 0 bytes");
  lab.engine.submit(command::OpenTone{"t", Tone{{{{440}, 0, -10}}, 0}});
  CHECK_EQ(lab.rejection(command::OpenTone{"t", Tone{{{{440}, 0, -10}}, 0}}), "open-tone: port t is open already");
  CHECK_EQ(lab.rejection(command::Connect{"t", "t"}), "connect: t takes no audio");
  CHECK_EQ(lab.rejection(command::QueryStats{"t", 1}), "query-stats: t is no open stream");
  CHECK_EQ(lab.rejection(command::SetGain{"t", 21.0, 0.0}), "set-gain: giveDb: expected -60.000000–20.000000, got 21.000000");
  CHECK_EQ(lab.engine.stats().rejectedCommands, 10u);
}

TEST("engine/a codec nobody has fails the port, which may then be opened again") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenStream{"s", pair, lab.config(8000, "NONE"), {}});
  const auto failed = lab.of<event::PortFailed>("s");
  REQUIRE(failed);
  CHECK_EQ(failed->reason, "no such codec");
  lab.engine.submit(command::OpenStream{"s", pair + 1, lab.config(), {}});
  CHECK(lab.of<event::PortOpened>("s"));
  CHECK_EQ(lab.rejection(command::UpdateStream{"s", lab.config(8000, "NONE")}), "update-stream: no such codec");
}

TEST("engine/an update that changes the rate lays the bridge out anew") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenStream{"s", pair, lab.config(), {}});
  lab.engine.submit(command::OpenTone{"t", Tone{{{{1000}, 0, -10}}, 0}});
  lab.engine.submit(command::Connect{"t", "s"});
  REQUIRE(lab.of<event::PortOpened>("t"));
  lab.engine.submit(command::UpdateStream{"s", lab.config(16000, "G722")});
  usleep(300000);
  const auto taken = lab.streams[0]->taken();
  REQUIRE(taken.size() > 3200);
  const double level = signal_test::amplitude(taken.data() + taken.size() - 1600, 1600, 1000, 16000);
  CHECK_WITHIN(signal_test::db(level / kZeroDbm0), -10.3, -9.7);
}

TEST("engine/DTMF in-band when the stream takes no events, as events when it does") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.level = 0;
  lab.engine.submit(command::OpenStream{"inband", pair, lab.config(), {}});
  StreamConfig events = lab.config();
  events.eventSend = 101;
  lab.engine.submit(command::OpenStream{"events", pair + 1, events, {}});
  lab.engine.submit(command::SendDtmf{"inband", "5", 100, 50});
  lab.engine.submit(command::SendDtmf{"events", "12", 100, 50});
  REQUIRE(lab.of<event::DtmfSent>("inband") && lab.of<event::DtmfSent>("events"));
  CHECK_EQ(lab.of<event::DtmfSent>("inband")->digits, "5");
  CHECK_EQ(lab.of<event::DtmfSent>("events")->digits, "12");
  const auto taken = lab.streams[0]->taken();
  const auto begin = std::find_if(taken.begin(), taken.end(), [](int16_t s) { return s != 0; });
  REQUIRE(taken.end() - begin > 800);
  for (const double hz : {770.0, 1336.0})
    CHECK_WITHIN(signal_test::db(signal_test::amplitude(&*begin + 80, 640, hz, 8000) / kZeroDbm0), -7.5, -6.5);
}

TEST("engine/statistics are asked for by reference") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenStream{"s", pair, lab.config(), {}});
  lab.engine.submit(command::QueryStats{"s", 42});
  const auto stats = lab.of<event::Stats>("s");
  REQUIRE(stats);
  CHECK_EQ(stats->ref, 42u);
}

TEST("engine/opening, connecting and closing at speed, with packets coming in, leaves nothing behind") {
  Lab lab;
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenTone{"t", Tone{{{{440}, 0, -10}}, 0}});
  for (PairId i = 0; i < 40; i++) {
    const PortId port = "s" + std::to_string(i);
    lab.engine.submit(command::OpenStream{port, pair + i, lab.config(), {}});
    lab.engine.submit(command::Connect{"t", port});
    REQUIRE(lab.of<event::PortOpened>(port));
    lab.streams.back()->packet();
    if (i % 4 == 0) usleep(12000);
    lab.engine.submit(command::ClosePort{port});
  }
  for (int i = 0; i < 200 && lab.engine.stats().ports != 1; i++) usleep(5000);
  CHECK_EQ(lab.engine.stats().ports, 1u);
  CHECK_EQ(lab.engine.stats().rejectedCommands, 0u);
}

TEST("engine/does not tick while there is nothing to do") {
  Lab lab;
  lab.engine.submit(command::OpenTone{"t", Tone{{{{440}, 0, -10}}, 0}});
  REQUIRE(lab.of<event::PortOpened>("t"));
  usleep(60000);
  CHECK_EQ(lab.engine.stats().ticks, 0u);
}

TEST("engine/a port says how loud it is on either side; without sound, after its end and for a stranger too") {
  Lab lab;
  lab.level = 16384;  // A constant: 3 dB above a sine of that height.
  const PairId pair = lab.stock();
  lab.engine.submit(command::OpenStream{"a", pair, lab.config(), {}});
  lab.engine.submit(command::OpenStream{"b", pair + 1, lab.config(), {}});
  lab.engine.submit(command::Connect{"a", "b"});
  lab.engine.submit(command::SetGain{"b", 0.0, -10.0});
  REQUIRE(lab.of<event::PortOpened>("b"));
  usleep(700'000);
  lab.engine.submit(command::QueryPort{"a", 1});
  lab.engine.submit(command::QueryPort{"b", 2});
  const auto a = lab.of<event::State>("a"), b = lab.of<event::State>("b");
  REQUIRE(a && b && a->ref == 1 && b->ref == 2);
  CHECK_WITHIN(a->state.giveDb, -3.2, -2.8);
  CHECK_EQ(a->state.takeDb, -96.0);
  CHECK_WITHIN(b->state.takeDb, -13.2, -12.8);
  CHECK(std::isnan(a->state.positionMs) && std::isnan(a->state.lengthMs) && !a->state.paused);
  CHECK_EQ(lab.rejection(command::QueryPort{"c", 3}), "query-port: no port c");
  CHECK_EQ(lab.rejection(command::Seek{"a", 3}), "seek: a plays no file");
  CHECK_EQ(lab.rejection(command::SetPaused{"a", true}), "set-paused: a neither plays nor records a file");
}
