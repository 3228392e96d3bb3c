// Digits as tones through real streams, alone and beside named events: each key is said once.
#include "check.h"
#include "codec/g711.h"
#include "dsp/tone.h"
#include "engine/stream_port.h"
#include "rtp/digit_merger.h"
#include "rtp/redundancy.h"
#include "stream_room.h"

using namespace offhook;
using namespace room;

namespace {

/** Lets `from` say the digits to `to` as tones, and then a while pass. */
void sing(Party& from, Party& to, Room& time, const std::string& digits, uint32_t onMs, uint32_t offMs) {
  ToneGenerator tones(dtmfTone(digits, onMs, offMs), 8000);
  for (int rest = 40; rest > 0;) {
    int16_t in[80], out[80];
    if (!tones.generate(in, 80)) --rest;
    time.nowNs += 10'000'000;
    to.stream->onRtpReadable(time.nowNs - 3'000'000);
    to.stream->give(out, 80, time.nowNs);
    to.stream->tick(time.nowNs);
    from.stream->take(in, 80, time.nowNs);
    from.stream->tick(time.nowNs);
  }
}

std::string said(const Party& party, bool ended) {
  std::string out;
  for (const event::Dtmf& each : party.all<event::Dtmf>())
    if (each.ended == ended) out += each.digit;
  return out;
}

struct Two {
  Party a, b;
  explicit Two(std::optional<uint8_t> events, std::optional<bool> detect) {
    StreamConfig toB = a.config(b.rtp, b.rtcp), toA = b.config(a.rtp, a.rtcp);
    toA.eventReceive = events;
    toA.detectInBand = detect;
    a.open(toB);
    b.open(toA);
  }
};

/** A gateway that lets keys of 100 ms, 100 ms apart, through as tones and as events with those before them (RFC 2198). */
struct Gateway : Raw {
  static constexpr uint8_t kEvents = 101, kRedundancy = 123;
  static constexpr uint32_t kOn = 800, kCycle = 1600;

  void press(const SocketAddress& to, const std::string& keys, uint32_t now, const std::string& events) {
    const auto tones = makePcmu();
    if (now == 0) generator = std::make_unique<ToneGenerator>(dtmfTone(keys, 100, 100), 8000);
    int16_t sound[160];
    generator->generate(sound, 160);
    uint8_t payload[400];
    send(to, 0, now, payload, tones->encode(sound, 160, payload, sizeof payload));
    const size_t key = now / kCycle;
    // '.': all packets of that key are lost.
    if (key >= keys.size() || now % kCycle >= kOn) return;
    if (events[key] == '.') return void(sequence++);
    const size_t first = key > 4 ? key - 4 : 0;
    size_t size = 0;
    for (size_t each = first; each < key; each++, size += kRedundantHeaderSize) writeRedundantHeader(kEvents, uint32_t(key - each) * kCycle, 4, payload + size);
    payload[size++] = kEvents;
    for (size_t each = first; each <= key; each++, size += 4) {
      const bool ended = each < key || now % kCycle + 160 >= kOn;
      payload[size] = uint8_t(keys[each] - '0');
      payload[size + 1] = ended ? 0x8a : 0x0a;
      write16(payload + size + 2, each < key ? kOn : now % kCycle + 160);
    }
    send(to, kRedundancy, uint32_t(key) * kCycle, payload, size);
  }

 private:
  void send(const SocketAddress& to, uint8_t payloadType, uint32_t at, const uint8_t* payload, size_t size) {
    uint8_t packet[kRtpHeaderSize + 400];
    RtpHeader header;
    header.payloadType = payloadType;
    header.sequence = sequence++;
    header.timestamp = at;
    header.ssrc = 7;
    buildRtpHeader(header, packet);
    std::memcpy(packet + kRtpHeaderSize, payload, size);
    Raw::send(to, packet, kRtpHeaderSize + size);
  }

  std::unique_ptr<ToneGenerator> generator;
};

/** Two presses of one key, as named events and as tones; the tone comes `lag` ms after (before, if negative). */
std::string pressTwice(int lag, int namedMs, int toneMs) {
  DigitMerger merger;
  std::string said;
  for (int t = 0; t < 1000; t++) {
    const int64_t now = (t + 1000) * 1'000'000LL;
    for (const int press : {200, 200 + std::max(namedMs, toneMs) + 60}) {
      if (t == press && merger.named({'5', false, 0}, now)) said += 'n';
      if (t == press + namedMs && merger.named({'5', true, 100}, now)) said += 'N';
      if (t == press + lag && merger.tone({'5', false, 0}, now)) said += 't';
      if (t == press + lag + toneMs && merger.tone({'5', true, 100}, now)) said += 'T';
    }
  }
  return said;
}

}  // namespace

TEST("stream-dtmf/all digits as tones where no events were agreed, with their durations") {
  Two two({}, {});
  Room time({&two.a, &two.b});
  sing(two.a, two.b, time, "0123456789*#ABCD", 50, 50);
  CHECK_EQ(said(two.b, false), "0123456789*#ABCD");
  CHECK_EQ(said(two.b, true), "0123456789*#ABCD");
  for (const event::Dtmf& each : two.b.all<event::Dtmf>())
    if (each.ended) CHECK_WITHIN(each.durationMs, 40u, 60u);
}

TEST("stream-dtmf/with events agreed tones are sound, unless they are asked for") {
  Two plain(101, {}), asked(101, true), never({}, false);
  for (Two* each : {&plain, &asked, &never}) {
    Room time({&each->a, &each->b});
    sing(each->a, each->b, time, "42", 100, 60);
  }
  CHECK_EQ(said(plain.b, true), "");
  CHECK_EQ(said(asked.b, true), "42");
  CHECK_EQ(said(never.b, true), "");
}

TEST("stream-dtmf/a digit that sounds ends when listening ends") {
  Two two({}, {});
  Room time({&two.a, &two.b});
  StreamConfig deaf = two.b.config(two.a.rtp, two.a.rtcp);
  ToneGenerator tones(dtmfTone("7", 1000, 0), 8000);
  for (int i = 0; i < 20; i++) {
    int16_t in[80], out[80];
    tones.generate(in, 80);
    time.nowNs += 10'000'000;
    two.b.stream->onRtpReadable(time.nowNs);
    two.b.stream->give(out, 80, time.nowNs);
    two.a.stream->take(in, 80, time.nowNs);
  }
  CHECK_EQ(said(two.b, false), "7");
  std::string why;
  CHECK(two.b.update(deaf, why));
  CHECK_EQ(said(two.b, true), "7");
}

TEST("stream-dtmf/a key heard as event and as tone is said once, whichever comes first and lasts longer") {
  for (const int lag : {-40, -10, 0, 20, 60, 150})
    for (const int tone : {40, 100, 160}) {
      const std::string all = pressTwice(lag, 100, tone);
      size_t begins = 0, ends = 0;
      for (const char each : all) (each == 'n' || each == 't' ? begins : ends)++;
      CHECK_EQ(begins, 2u);
      CHECK_EQ(ends, 2u);
    }
}

TEST("stream-dtmf/a key whose event comes late, with those after it, is said once: its tone was") {
  for (const char* events : {"5773319", ".773319", "..73319", ".7.3319", "5.7.319", "..7..19", "....319", "577331."}) {
    Gateway gateway;
    Party b;
    Room time({&b});
    StreamConfig config = b.config(gateway.address, gateway.address);
    config.redundancyReceive = Gateway::kRedundancy;
    config.detectInBand = true;
    config.direction = Direction::RecvOnly;
    b.open(config);
    for (uint32_t now = 0; now < 8 * Gateway::kCycle; now += 160) {
      gateway.press(b.rtp, "5773319", now, events);
      time.run(20);
    }
    CHECK_EQ(said(b, false), "5773319");
    CHECK_EQ(said(b, true), "5773319");
  }
}
