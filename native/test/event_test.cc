// Telephone events (RFC 4733): digits sent, digits received, whatever gets lost on the way.
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "rtp/event_receiver.h"
#include "rtp/event_sender.h"
#include "rtp/packet.h"

using namespace offhook;

namespace {
struct Sent {
  int64_t timestamp;
  uint8_t payload[4];
};

std::vector<Sent> packetsOf(int code, int64_t timestamp, int lastMs, int ends = 3) {
  std::vector<Sent> all;
  for (int ms = 20; ms <= lastMs; ms += 20) {
    Sent each = {timestamp, {uint8_t(code), 10, 0, 0}};
    write16(each.payload + 2, uint32_t(ms * 8));
    if (ms < lastMs) all.push_back(each);
    each.payload[1] |= 0x80;
    if (ms == lastMs) all.insert(all.end(), size_t(ends), each);
  }
  return all;
}

/** `+5` begins, `-5(100)` ends after 100 ms. */
std::string heard(const Digits& digits) {
  std::string out;
  for (size_t i = 0; i < digits.count; i++) {
    const auto& each = digits.items[i];
    out += each.ended ? std::string("-") + each.digit + "(" + std::to_string(each.durationMs) + ")" : std::string("+") + each.digit;
  }
  return out;
}

std::string hear(EventReceiver& receiver, const std::vector<Sent>& packets, uint32_t lost = 0) {
  std::string out;
  for (size_t i = 0; i < packets.size(); i++) {
    if (lost >> i & 1) continue;
    out += heard(receiver.receive(packets[i].timestamp, packets[i].payload, 4, int64_t(i) * 20'000'000));
  }
  return out;
}
}  // namespace

TEST("event/every digit is heard once, whatever two packets are lost") {
  for (int code = 0; code < 16; code++) {
    EventReceiver receiver(8000);
    const std::string digit(1, kDigits[code]);
    CHECK_EQ(hear(receiver, packetsOf(code, 1000, 100)), "+" + digit + "-" + digit + "(100)");
  }
  const auto packets = packetsOf(5, 1000, 100);
  REQUIRE(packets.size() == 7);
  for (uint32_t lost = 0; lost < 1u << 7; lost++) {
    if (__builtin_popcount(lost) > 2) continue;
    EventReceiver receiver(8000);
    CHECK_EQ(hear(receiver, packets, lost), "+5-5(100)");
  }
}

TEST("event/with all end packets lost it ends by the next digit, or by silence") {
  EventReceiver receiver(8000);
  CHECK_EQ(hear(receiver, packetsOf(1, 1000, 100, 0)), "+1");
  CHECK_EQ(hear(receiver, packetsOf(1, 3000, 60)), "-1(80)+1-1(60)");
  CHECK_EQ(hear(receiver, packetsOf(2, 5000, 100, 0)), "+2");
  CHECK_EQ(heard(receiver.tick(200'000'000)), "");
  CHECK_EQ(heard(receiver.tick(280'000'000)), "-2(80)");
  CHECK_EQ(heard(receiver.tick(900'000'000)), "");
}

TEST("event/with only an end packet left it still begins and ends") {
  EventReceiver receiver(8000);
  CHECK_EQ(hear(receiver, packetsOf(11, 1000, 100), 0b0101111), "+#-#(100)");
}

TEST("event/stragglers of an earlier digit, short payloads and other events are ignored") {
  EventReceiver receiver(8000);
  const auto first = packetsOf(1, 1000, 100), second = packetsOf(2, 3000, 100);
  hear(receiver, first);
  CHECK_EQ(heard(receiver.receive(3000, second[0].payload, 4, 0)), "+2");
  CHECK_EQ(heard(receiver.receive(1000, first[3].payload, 4, 0)), "");
  CHECK_EQ(heard(receiver.receive(4000, second[0].payload, 3, 0)), "");
  const uint8_t flash[4] = {16, 0x80, 0, 80};
  CHECK_EQ(heard(receiver.receive(9000, flash, 4, 0)), "");
  CHECK_EQ(heard(receiver.restart()), "-2(20)");
  CHECK_EQ(heard(receiver.receive(10, second[0].payload, 4, 0)), "+2");
}

TEST("event/a digit longer than a duration can say is one digit") {
  EventReceiver receiver(8000);
  std::string out;
  uint8_t payload[4] = {3, 10, 0, 0};
  int64_t timestamp = 1000;
  for (int segment = 0; segment < 3; segment++) {
    for (uint32_t duration : {160u, 40000u, 0xffffu}) {
      write16(payload + 2, duration);
      out += heard(receiver.receive(timestamp, payload, 4, 0));
    }
    timestamp += 0xffff;
  }
  payload[1] |= 0x80;
  write16(payload + 2, 800);
  out += heard(receiver.receive(timestamp, payload, 4, 0));
  CHECK_EQ(out, "+3-3(" + std::to_string((3 * 0xffff + 800) / 8) + ")");
}

TEST("event/a segment is known by where it begins, also when the end of the one before was lost") {
  const auto packet = [](EventReceiver& receiver, int64_t timestamp, uint32_t duration, bool ends) {
    uint8_t payload[4] = {3, uint8_t(ends ? 0x8a : 10), 0, 0};
    write16(payload + 2, duration);
    return heard(receiver.receive(timestamp, payload, 4, 0));
  };
  EventReceiver receiver(8000);
  CHECK_EQ(packet(receiver, 1000, 65000, false), "+3");
  CHECK_EQ(packet(receiver, 1000 + 0xffff, 800, true), "-3(" + std::to_string((0xffff + 800) / 8) + ")");
  // All for so long that the digit was taken for ended: what is left of it is no digit of its own.
  EventReceiver late(8000);
  CHECK_EQ(packet(late, 1000, 64000, false), "+3");
  CHECK_EQ(heard(late.tick(200'000'000)), "-3(8000)");
  CHECK_EQ(packet(late, 1000 + 0xffff, 800, false) + packet(late, 1000 + 0xffff, 960, true), "");
  CHECK_EQ(packet(late, 1000 + 0xffff + 2000, 800, true), "+3-3(100)");
}

TEST("event/the queue plays digits, gaps and pauses in order and says when a text is done") {
  EventSender sender;
  CHECK(!sender.add("1x", 100, 50));
  CHECK(!sender.add("", 100, 50));
  CHECK(!sender.add(std::string(129, '1'), 100, 50));
  CHECK(sender.add("1,2", 95, 50));
  CHECK(sender.add("#", 5, 5));
  std::string out;
  int at = 0;
  for (; sender.isBusy(); at += 10) {
    const EventSender::Step step = sender.step();
    if (step.begins) out += std::to_string(at) + "+" + step.digit + " ";
    if (step.ends) out += std::to_string(at + 10) + "-" + step.digit + "(" + std::to_string(step.elapsedMs) + ") ";
    if (step.done) out += std::to_string(at + 10) + "=" + *step.done + " ";
  }
  CHECK_EQ(out, "0+1 100-1(100) 2150+2 2250-2(100) 2300=1,2 2300+# 2340-#(40) 2390=# ");
}
