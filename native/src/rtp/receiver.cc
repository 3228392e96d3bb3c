// Every packet passes the same gates in order: form, payload type, address, SSRC, sequence number.
#include "receiver.h"

#include <algorithm>

#include "event_history.h"
#include "redundancy.h"

namespace offhook {

namespace {
/** Some 1.2 s of packets, and what one burst may bring. */
constexpr size_t kPackets = 72;
/** A source silent for so long may be replaced by the first packet of another. */
constexpr int64_t kGoneNs = 500'000'000;
constexpr uint32_t kNoNumber = 0x10000;
}  // namespace

RtpReceiver::RtpReceiver(Listener& listener, SrtpSession& srtp) : listener_(listener), srtp_(srtp), inlet_(kPackets) {}

std::unique_ptr<JitterBuffer> RtpReceiver::makeJitterBuffer(uint32_t rate) {
  const auto release = [](void* inlet, void* packet) { static_cast<Inlet*>(inlet)->giveBack(static_cast<Packet*>(packet)); };
  return std::make_unique<JitterBuffer>(rate, release, &inlet_);
}

void RtpReceiver::exchange(std::vector<Decoder>& decoders, std::unique_ptr<JitterBuffer>& buffer) {
  if (jitterBuffer_) {
    jitterBuffer_->restart();  // On this thread, which is the one that gives packets back.
    buffer->takeOver(*jitterBuffer_);
  }
  jitterBuffer_.swap(buffer);
  exchange(decoders);
}

void RtpReceiver::exchange(std::vector<Decoder>& decoders) {
  jitterBuffer_->restart();  // What waits there still points to the old ones.
  line_ = {};
  codecName_ = nullptr;
  decoders_.swap(decoders);
}

void RtpReceiver::setEvents(std::optional<uint8_t> payloadType, std::optional<uint8_t> redundancy, uint32_t clockRate) {
  eventPayloadType_ = payloadType;
  redundancyPayloadType_ = payloadType ? redundancy : std::nullopt;
  events_.setClockRate(clockRate);
}

void RtpReceiver::setSignalled(const Endpoint& signalled) {
  if (signalled == signalled_) return;
  signalled_ = signalled;
  latched_ = Endpoint();
  inlet_.accept(Endpoint(), Endpoint());
}

void RtpReceiver::setHearing(bool hearing) {
  if (hearing_ && !hearing) jitterBuffer_->restart();
  hearing_ = hearing;
}

void RtpReceiver::onBye(uint32_t ssrc) {
  if (source_ && source_->ssrc() == ssrc) left_ = true;
}

const RtpReceiver::Decoder* RtpReceiver::decoderOf(uint8_t payloadType) const {
  for (const Decoder& each : decoders_) {
    if (each.payloadType == payloadType) return &each;
  }
  return nullptr;
}

void RtpReceiver::drain() {
  while (Packet* const packet = inlet_.next()) receive(packet);
}

void RtpReceiver::give(int16_t* out, size_t samples, int64_t dueNs) {
  drain();
  if (hearing_) jitterBuffer_->give(out, samples, dueNs);
  else std::fill_n(out, samples, int16_t(0));
}

void RtpReceiver::tick(int64_t nowNs) {
  report(events_.tick(nowNs));
}

void RtpReceiver::report(const Digits& digits) {
  for (size_t i = 0; i < digits.count; i++) listener_.onDigit(digits.items[i]);
}

void RtpReceiver::receive(Packet* packet) {
  if (muxed_ && isRtcp(packet->bytes, packet->size)) {
    listener_.onControl(*packet);
    return inlet_.giveBack(packet);
  }
  if (isStun(packet->bytes, packet->size)) return inlet_.giveBack(packet);
  RtpView view;
  if (!srtp_.openRtp(packet->bytes, packet->size)) return inlet_.giveBack(packet);
  if (!parseRtp(packet->bytes, packet->size, view)) {
    ++malformed_;
    return inlet_.giveBack(packet);
  }
  const RtpHeader& header = view.header;
  const bool isRedundancy = redundancyPayloadType_ == header.payloadType;
  const bool isEvent = isRedundancy || eventPayloadType_ == header.payloadType;
  const Decoder* const decoder = isEvent ? nullptr : decoderOf(header.payloadType);
  if (!isEvent && !decoder) {
    // What only keeps a NAT open (RFC 6263) has a number of its own, which is not lost.
    if (source_ && source_->ssrc() == header.ssrc && packet->from == from_) source_->update(header.sequence);
    return inlet_.giveBack(packet);
  }
  if (!admit(*packet, header)) return inlet_.giveBack(packet);

  ++packets_;
  bytes_ += view.payloadSize;
  lastNs_ = packet->arrivedNs;
  timestamp_ = extendTimestamp(timestamp_, header.timestamp);
  if (!receiving_ || from_ != packet->from) {
    receiving_ = true;
    from_ = packet->from;
    listener_.onReceiving(from_);
  }
  if (isEvent) {
    jitterBuffer_->noteOther();
    if (isRedundancy) receiveRedundancy(view, packet->arrivedNs);
    else report(events_.receive(timestamp_, view.payload, view.payloadSize, packet->arrivedNs));
    return inlet_.giveBack(packet);
  }
  AudioCodec& codec = *decoder->codec;
  if (!codec.isNoise()) codecName_ = codec.name();
  const int64_t sequence = source_->extended(header.sequence);
  const int64_t position = positionOf(codec, sequence);
  source_->arrived(header.timestamp, double(packet->arrivedNs) * codec.clockRate() / 1e9);
  if (!hearing_) return inlet_.giveBack(packet);
  Voice voice;
  voice.sequence = sequence;
  voice.position = position;
  voice.arrivedNs = packet->arrivedNs;
  voice.payload = view.payload;
  voice.size = view.payloadSize;
  voice.decoder = &codec;
  voice.memory = packet;
  line_.length = int64_t(codec.samplesIn(view.payload, view.payloadSize));
  jitterBuffer_->insert(voice);
}

void RtpReceiver::receiveRedundancy(const RtpView& view, int64_t nowNs) {
  RedundancyBlocks blocks;
  if (!parseRedundancy(view.payload, view.payloadSize, view.header.payloadType, blocks)) {
    ++malformed_;
    return;
  }
  const auto durationOf = [](const RedundancyBlock& block) { return block.size >= kEventSize ? int64_t(read16(block.data + 2)) : 0; };
  const int64_t sinceBegun = durationOf(blocks.items[blocks.count - 1]);
  // Events that have been heard are known by their timestamps, which may lie before zero: those of the wire wrap.
  for (size_t i = 0; i < blocks.count; i++) {
    const RedundancyBlock& each = blocks.items[i];
    if (eventPayloadType_ != each.payloadType) continue;
    const int64_t late = std::max<int64_t>(0, sinceBegun + each.offset - durationOf(each));
    report(events_.receive(timestamp_ - int64_t(each.offset), each.data, each.size, nowNs, late));
  }
}

int64_t RtpReceiver::positionOf(const AudioCodec& codec, int64_t sequence) {
  const auto scaled = [&] { return timestamp_ * codec.rate() / codec.clockRate(); };
  int64_t position = scaled() + line_.origin;
  if (codec.clockRate() != line_.clockRate) {
    // RFC 7160 wants another SSRC then. Without one the numbers tell: timestamps of two clocks have nothing to do with each other.
    position = line_.clockRate == 0 ? scaled() : line_.position + (sequence - line_.sequence) * line_.length;
    line_.clockRate = codec.clockRate();
    line_.origin = position - scaled();
    source_->forgetTransit();
  }
  line_.sequence = sequence;
  line_.position = position;
  return position;
}

bool RtpReceiver::admit(const Packet& packet, const RtpHeader& header) {
  // Once latched, only the address in the SDP may take over from another.
  if (latched_.isSet() && packet.from != latched_ && packet.from != signalled_) return false;
  if (!admitSource(packet, header)) return false;
  if (source_->isValid() && packet.from != latched_) latch(packet.from);
  return true;
}

bool RtpReceiver::admitSource(const Packet& packet, const RtpHeader& header) {
  const bool other = source_ && source_->ssrc() != header.ssrc;
  if (other && !left_ && packet.arrivedNs - lastNs_ < kGoneNs) {
    const bool second = rival_ == header.ssrc && rivalNext_ == header.sequence;
    rival_ = header.ssrc;
    rivalNext_ = uint16_t(header.sequence + 1);
    if (!second) return false;
  }
  if (!source_ || other) {
    if (source_) lostBefore_ += source_->lost();
    source_.emplace(header.ssrc, header.sequence);
    timestamp_ = header.timestamp;
    line_ = {};
    jitterBuffer_->restart();
    report(events_.restart());
    left_ = false;
    rivalNext_ = kNoNumber;
    return true;
  }
  rivalNext_ = kNoNumber;  // The present source goes on, so the other one does not replace it.
  switch (source_->update(header.sequence)) {
    case Source::Verdict::Ok:
    case Source::Verdict::Old:
      return true;
    case Source::Verdict::Duplicate:
      ++duplicates_;
      return false;
    case Source::Verdict::Suspicious:
      return false;
    case Source::Verdict::Restarted:
      jitterBuffer_->restart();
      return true;
  }
  return false;
}

void RtpReceiver::latch(const Endpoint& from) {
  latched_ = from;
  inlet_.accept(latched_, signalled_);
  listener_.onLatched(from);
}

void RtpReceiver::addTo(StreamStats& stats) const {
  stats.receivedPackets = packets_;
  stats.receivedBytes = bytes_;
  stats.lostPackets = lostBefore_ + (source_ ? source_->lost() : 0);
  stats.latePackets = jitterBuffer_->late + inlet_.overflowed();
  stats.duplicatePackets = duplicates_ + jitterBuffer_->duplicates;
  stats.malformedPackets = malformed_ + inlet_.oversize();
  stats.concealedMs = jitterBuffer_->concealedMs();
  stats.playoutDelayMs = jitterBuffer_->delayMs();
  if (source_ && line_.clockRate != 0) stats.jitterMs = source_->jitter() * 1000 / line_.clockRate;
  if (codecName_) stats.codec = codecName_;
}

}  // namespace offhook
