// The audio path takes no memory once a stream is open: every allocation of the process passes here and is counted on demand.
//
// Not part of the thread sanitizer's build: that one has its own operator new and lets nobody replace it.
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if !__has_feature(thread_sanitizer)

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

#include "srtp/suite.h"
#include "stream_room.h"

namespace {
thread_local bool counting = false;
thread_local int allocations = 0;
}  // namespace

// All of a kind, or a sanitizer finds memory of one family given back to another.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++allocations;
  return std::malloc(size ? size : 1);
}
void* operator new(size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

/** What libcrypto asks for, counted like the rest. It takes these only before it has ever asked for anything. */
void* cryptoMalloc(size_t size, const char*, int) { return operator new(size, std::nothrow); }
void* cryptoRealloc(void* memory, size_t size, const char*, int) {
  if (counting) ++allocations;
  return std::realloc(memory, size);
}
void cryptoFree(void* memory, const char*, int) { std::free(memory); }
[[maybe_unused]] const bool cryptoCounted = CRYPTO_set_mem_functions(cryptoMalloc, cryptoRealloc, cryptoFree) == 1;

using namespace room;

namespace {
void callWithoutAllocation(std::optional<SrtpConfig> mine, std::optional<SrtpConfig> its, bool muxed = false) {
  Party a, b;
  for (Party* each : {&a, &b}) each->events.reserve(200);  // The room's own list of them.
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  ours.rtcpXr = theirs.rtcpXr = true;
  ours.receiverRoundTrip = theirs.receiverRoundTrip = ReceiverRoundTrip::All;
  ours.rtcpMux = theirs.rtcpMux = muxed;
  ours.redundancySend = EventRedundancy{123, 2};
  theirs.redundancyReceive = 123;
  ours.srtp = std::move(mine);
  theirs.srtp = std::move(its);
  REQUIRE(a.open(ours));
  REQUIRE(b.open(theirs));
  a.stream->sendDtmf("12,34,567,89", 100, 50);
  int64_t now = 1'000'000'000;
  uint8_t lost[200];
  const auto run = [&](int from, int to) {
    for (int i = from; i < to; i++) {
      now += 10'000'000;
      if (i % 14 == 0 && recv(b.stream->rtpFd(), lost, sizeof lost, MSG_DONTWAIT) < 0) continue;
      for (Stream* each : {a.stream.get(), b.stream.get()}) {
        int16_t out[80], in[80];
        for (int k = 0; k < 80; k++) in[k] = int16_t((k * 37 + i * 91) % 4000);
        each->onRtpReadable(now);
        each->onRtcpReadable(now);
        each->give(out, 80, now);
        each->take(in, 80, now);
        each->tick(now);
      }
    }
  };
  // The event of the first packet carries strings; it is not what is measured.
  run(0, 300);
  counting = true;
  run(300, 3000);
  counting = false;
  CHECK_EQ(allocations, 0);
  CHECK_EQ(b.all<event::Dtmf>().size(), 18u);
  CHECK(b.stream->stats().concealedMs > 500);
  CHECK(b.stream->stats().peerVoice.has_value());
  CHECK(b.stream->stats().roundTripMs >= 0);
}

SrtpConfig secured(SrtpSuite suite, uint8_t send, uint8_t receive) {
  const SuiteParts& parts = partsOf(suite);
  uint8_t bytes[KeyBytes::kMost];
  const auto key = [&](uint8_t fill) {
    std::fill_n(bytes, sizeof bytes, fill);
    return SrtpKey{KeyBytes(bytes, parts.key + parts.salt), ""};
  };
  return {suite, key(send), key(receive)};
}
}  // namespace

TEST("stream/give, take, tick and the network thread's work allocate nothing, with loss, digits and reports") {
  for (const bool muxed : {false, true}) callWithoutAllocation({}, {}, muxed);
}

TEST("stream/nor does a secured stream, libcrypto included") {
  REQUIRE(cryptoCounted);
  for (const SrtpSuite suite : {SrtpSuite::AesCm128Sha80, SrtpSuite::AesCm256Sha32, SrtpSuite::Gcm128, SrtpSuite::Gcm256})
    callWithoutAllocation(secured(suite, 1, 2), secured(suite, 2, 1));
}

TEST("stream/a change of codec, rate and packet time allocates nothing on the tick thread, nor do the codecs") {
  Party a, b;
  StreamConfig ours = a.config(b.rtp, b.rtcp), theirs = b.config(a.rtp, a.rtcp);
  Codec wide = pcmu(), linear = pcmu(), full = pcmu(), old = pcmu(), free = pcmu(), adaptive = pcmu(), low = pcmu();
  wide.name = "G722", wide.payloadType = 9;
  linear.name = "L16", linear.payloadType = 97, linear.clockRate = 16000;
  full.name = "OPUS", full.payloadType = 111, full.clockRate = 48000, full.channels = 2;
  old.name = "GSM", old.payloadType = 3;
  free.name = "SPEEX", free.payloadType = 100, free.clockRate = 32000, free.parameters["vbr"] = "on";
  adaptive.name = "G726-24", adaptive.payloadType = 116;
  low.name = "ILBC", low.payloadType = 96, low.parameters["mode"] = "20";
  ours.receive = theirs.receive = {pcmu(), wide, linear, full, old, free, adaptive, low};
  Codec noise = pcmu();
  noise.name = "CN", noise.payloadType = 13;
  ours.noiseSend = 13;
  ours.receive.push_back(noise);
  theirs.receive = ours.receive;
  REQUIRE(a.open(ours));
  REQUIRE(b.open(theirs));
  int64_t now = 1'000'000'000;
  const Codec sent[] = {pcmu(), wide, linear, full, old, free, adaptive, low};
  for (int turn = 0; turn < 16; turn++) {
    ours.send = sent[turn % 8];
    ours.ptimeMs = turn < 8 ? 20 : 40;
    theirs.receive = turn == 10 ? std::vector<Codec>{pcmu()} : ours.receive;
    std::string why;
    const auto mine = a.stream->prepare(ours, why), its = b.stream->prepare(theirs, why);
    REQUIRE(mine && its);
    counting = turn > 0;  // The first packet's event carries a string.
    a.stream->apply(*mine);
    b.stream->apply(*its);
    for (int i = 0; i < 100; i++, now += 10'000'000) {
      for (Stream* each : {a.stream.get(), b.stream.get()}) {
        int16_t sound[480] = {};
        const size_t samples = each->rate() / 100;
        for (size_t k = 0; k < samples; k++) sound[k] = i < 60 ? int16_t((k * 37 + size_t(i) * 91) % 4000) : int16_t(0);  // Speech, and a pause.
        each->onRtpReadable(now);
        each->take(sound, samples, now);
        each->give(sound, samples, now);
        each->tick(now);
      }
    }
    counting = false;
  }
  CHECK_EQ(allocations, 0);
  CHECK(b.stream->stats().receivedPackets > 200);
}

#endif
