// Extended reports both ways: what any state builds is read back as it was, about its source and nobody else's; any bytes are read
// within their bounds.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <tuple>

#include "rtp/rtcp.h"
#include "rtp/rtcp_xr.h"

using namespace offhook;

namespace {
/** Takes values out of the input; zeros when that has ended. */
struct Input {
  const uint8_t* data;
  size_t size;
  template <typename T>
  void fill(T& value) {
    const size_t count = size < sizeof value ? size : sizeof value;
    value = T();
    std::memcpy(&value, data, count);
    data += count;
    size -= count;
  }
  template <typename... T>
  void fill(T&... values) {
    (fill(values), ...);
  }
};

auto fieldsOf(const VoipMetrics& m) {
  return std::tie(m.lossRate, m.discardRate, m.burstDensity, m.gapDensity, m.burstMs, m.gapMs, m.roundTripMs, m.endSystemMs, m.signalLevel, m.noiseLevel,
                  m.echoReturnLoss, m.leastGap, m.rating, m.externalRating, m.mosListening, m.mosConversational, m.receiver, m.bufferMs, m.bufferMaxMs,
                  m.bufferLimitMs);
}
auto fieldsOf(const ReferenceHeard& heard) { return std::tie(heard.ssrc, heard.time, heard.delay); }

VoipMetrics metrics(Input& in) {
  VoipMetrics m;
  in.fill(m.lossRate, m.discardRate, m.burstDensity, m.gapDensity, m.burstMs, m.gapMs, m.roundTripMs, m.endSystemMs, m.signalLevel, m.noiseLevel);
  in.fill(m.echoReturnLoss, m.leastGap, m.rating, m.externalRating, m.mosListening, m.mosConversational, m.receiver, m.bufferMs, m.bufferMaxMs, m.bufferLimitMs);
  return m;
}

void expect(bool holds) {
  if (!holds) abort();
}

/** A report with every kind of block that `kinds` names, as a stream sends it: behind a receiver's report. */
void buildAndRead(uint8_t kinds, Input in) {
  uint32_t ssrc, about;
  in.fill(ssrc, about);
  XrBlocks built;
  if (kinds & 1) built.voice = metrics(in);
  if (kinds & 2) in.fill(built.reference.emplace());
  if (kinds & 4) {
    ReferenceHeard& heard = built.heard.emplace();
    in.fill(heard.ssrc, heard.time, heard.delay);
  }
  const auto xr = std::make_unique<uint8_t[]>(kXrSize);  // On the heap, where a byte too many is seen.
  const size_t size = buildXr(ssrc, about, built, xr.get());
  expect(size <= kXrSize && size % 4 == 0 && (size == 0) == ((kinds & 7) == 0));
  if (size == 0) return;

  const auto read = [&](uint32_t who) {
    XrBlocks out;
    readXr(xr.get(), size, who, out);
    return out;
  };
  const XrBlocks ofAbout = read(about);
  expect(ofAbout.voice.has_value() == built.voice.has_value());
  if (built.voice) expect(fieldsOf(*ofAbout.voice) == fieldsOf(*built.voice));
  expect(ofAbout.reference == built.reference);
  if (built.heard) {
    const XrBlocks ofHeard = read(built.heard->ssrc);
    expect(ofHeard.heard && fieldsOf(*ofHeard.heard) == fieldsOf(*built.heard));
    expect(ofHeard.voice.has_value() == (built.voice && built.heard->ssrc == about));
    const uint32_t nobody = built.heard->ssrc + 1 == about ? about + 1 : built.heard->ssrc + 1;
    const XrBlocks ofNobody = read(nobody);
    expect(!ofNobody.heard && !ofNobody.voice && ofNobody.reference == built.reference);
  }

  const auto whole = std::make_unique<uint8_t[]>(kMaxRtcpSize + kXrSize);
  const size_t before = buildRtcp(ssrc, nullptr, nullptr, "fuzz@example.com", false, whole.get());
  std::memcpy(whole.get() + before, xr.get(), size);
  RtcpReport report;
  expect(parseRtcp(whole.get(), before + size, about, report) && report.ssrc == ssrc);
  expect(report.extended.voice.has_value() == built.voice.has_value() && report.extended.reference == built.reference);
}

/** What is read of any bytes depends on nothing behind them. */
void readAny(uint8_t about, const Input& in) {
  const auto exact = std::make_unique<uint8_t[]>(in.size);
  std::memcpy(exact.get(), in.data, in.size);
  XrBlocks out;
  if (in.size >= 8) readXr(exact.get(), in.size, about, out);
  expect(!out.heard || out.heard->ssrc == about);
  RtcpReport report;
  parseRtcp(exact.get(), in.size, about, report);
}
}  // namespace

/** The first byte: its highest bit reads what follows, else it names the blocks to be built of it. */
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Input rest{data + 1, size - 1};
  if (data[0] & 0x80) readAny(data[0] & 0x7f, rest);
  else buildAndRead(data[0], rest);
  return 0;
}
