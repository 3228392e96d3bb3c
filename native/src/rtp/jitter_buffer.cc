// Order and time of play. "Tolerance" is how much later than the fastest packet one may come and still be in time.
#include "jitter_buffer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../dsp/pitch.h"

namespace offhook {

namespace {
constexpr double kTickMs = 10;
/** Beyond the target and a whole tick, before speech is shortened: less would come and go with the phase of the ticks. */
constexpr double kSlackMs = 0.2;
/** What the phase of the ticks, which follows packets, may take from the least delay. */
constexpr double kPhaseMs = 2;
constexpr double kJumpMs = 1000;
constexpr int kLateInRow = 5;
constexpr double kUrgentMs = 50;
constexpr uint32_t kOverlaps = 500;  // A second
constexpr int kBetweenStretches = 3;  // Packets
constexpr float kStrict = 0.75f, kLoose = 0.4f;  // Likeness asked of what is overlapped.
}  // namespace

JitterBuffer::JitterBuffer(uint32_t rate, Release release, void* owner)
    : rate_(rate), mostSamples_(rate * kMostMs / 1000), release_(release), owner_(owner), concealer_(rate), stretch_(rate),
      history_(std::max(concealer_.historyNeeded(), size_t(rate / 20))), delayMs_(std::numeric_limits<double>::quiet_NaN()) {
  samples_.assign(history_ + 3 * mostSamples_, 0);
  mended_.resize(mostSamples_);
  read_ = end_ = history_;
}

JitterBuffer::~JitterBuffer() { restart(); }

void JitterBuffer::takeOver(const JitterBuffer& before) {
  delays_ = before.delays_;
  delays_.forgetOrigin();
  minMs_ = before.minMs_;
  maxMs_ = before.maxMs_;
  late = before.late;
  duplicates = before.duplicates;
  concealed_ = before.concealed_ * rate_ / before.rate_;
  delayMs_ = before.delayMs_;
}

void JitterBuffer::setBounds(double minMs, double maxMs) {
  minMs_ = minMs;
  maxMs_ = std::max(minMs, maxMs);
}

double JitterBuffer::targetMs() const { return std::clamp(delays_.target(), minMs_, maxMs_); }

void JitterBuffer::restart() {
  while (count_ > 0) removeFirst();
  led_ = {};
  delays_.forgetOrigin();
  nextTickMs_ = kNoTick;
  anchored_ = false;
  decoder_ = speaker_ = nullptr;
  others_ = 0;
  lateInRow_ = jumpsInRow_ = 0;
}

bool JitterBuffer::noteArrival(const Voice& voice) {
  const double sent = ms(voice.position), arrived = double(voice.arrivedNs) / 1e6;
  if (delays_.isKnown() && std::abs(delays_.excess(sent, arrived)) > kJumpMs + maxMs_) {
    // The sender's timestamps have jumped, or this one is nonsense: the second that agrees tells.
    const double transit = arrived - sent;
    jumpsInRow_ = jumpsInRow_ > 0 && std::abs(transit - jumpTransit_) < kJumpMs / 4 ? jumpsInRow_ + 1 : 1;
    jumpTransit_ = transit;
    if (jumpsInRow_ < 2) return false;
    restart();
  }
  jumpsInRow_ = 0;
  delays_.add(sent, arrived, std::max(0.0, arrived - nextTickMs_), voice.sequence, !voice.decoder->conceals());
  return true;
}

void JitterBuffer::insert(const Voice& voice) {
  const auto refuse = [&](uint64_t& counter) {
    ++counter;
    release_(owner_, voice.memory);
  };
  const size_t length = voice.decoder->samplesIn(voice.payload, voice.size);
  if (length == 0 || length > mostSamples_) return release_(owner_, voice.memory);
  if (!noteArrival(voice)) return refuse(late);
  const int64_t position = voice.position;
  if (mend(voice, int64_t(length))) return release_(owner_, voice.memory);
  if (anchored_ && position + int64_t(length) <= next_) {
    // One is late; many in a row, each newer, are a sender whose clock was set back.
    if (voice.sequence <= lastSequence_ || ++lateInRow_ < kLateInRow) return refuse(late);
    restart();
    delays_.forgetAll();  // What it has learned from these was the clock, not the network.
    noteArrival(voice);
  }
  size_t at = count_;
  while (at > 0 && slots_[at - 1].position > position) --at;
  if (at > 0 && slots_[at - 1].position == position) return refuse(duplicates);
  if (count_ == kSlots) return refuse(late);
  std::move_backward(slots_.begin() + long(at), slots_.begin() + long(count_), slots_.begin() + long(count_) + 1);
  slots_[at] = voice;
  ++count_;
}

bool JitterBuffer::mend(const Voice& voice, int64_t length) {
  const int64_t toPlay = int64_t(led_.index) - int64_t(read_), toLed = led_.position - voice.position;
  const size_t heard = size_t(std::max<int64_t>(0, toLed - toPlay));
  if (toPlay <= 0 || toLed < length || int64_t(heard) >= length || voice.decoder != decoder_ || !decoder_->isMemoryless()) return false;
  const size_t decoded = decoder_->decode(voice.payload, voice.size, mended_.data(), mended_.size());
  const size_t left = decoded - heard, overlap = std::min(left / 2, size_t(rate_ / kOverlaps));
  int16_t* const to = &samples_[led_.index - size_t(toLed) + heard];
  const int16_t* const from = &mended_[heard];
  crossFade(to, from, overlap, to);
  if (toLed > length) crossFade(from + left - overlap, to + left - overlap, overlap, &mended_[decoded - overlap]);
  std::copy(from + overlap, from + left, to + overlap);
  concealed_ -= int64_t(left);
  return true;
}

void JitterBuffer::removeFirst() {
  release_(owner_, slots_[0].memory);
  std::move(slots_.begin() + 1, slots_.begin() + long(count_), slots_.begin());
  --count_;
}

void JitterBuffer::dropFirst() {
  ++late;
  removeFirst();
}

void JitterBuffer::give(int16_t* out, size_t samples, int64_t dueNs) {
  const double tickMs = double(dueNs) / 1e6;
  nextTickMs_ = tickMs + kTickMs;
  while (ahead() < samples) refill(samples - ahead(), tickMs);
  std::copy_n(samples_.begin() + long(read_), samples, out);
  read_ += samples;
}

void JitterBuffer::makeRoom() {
  if (end_ + 2 * mostSamples_ <= samples_.size()) return;
  const size_t by = read_ - history_;
  std::move(samples_.begin() + long(by), samples_.begin() + long(end_), samples_.begin());
  read_ -= by;
  end_ -= by;
}

void JitterBuffer::refill(size_t samples, double tickMs) {
  led_ = {};
  makeRoom();
  const double target = targetMs();
  const int64_t hole = int64_t(concealer_.madeFor());
  while (count_ > 0) {
    const int64_t position = slots_[0].position;
    const double tolerated = tolerance(position, tickMs);
    // After silence it may begin whenever is best.
    const bool free = !anchored_ || concealer_.isSilent();
    if (free && tolerated < target) return conceal(samples);
    if (tolerated > maxMs_ + 2 * kTickMs && count_ > 1) {
      dropFirst();
      continue;
    }
    if (free) return play(0, tickMs);
    const int64_t missing = position - (next_ + hole);
    if (missing > 0) {
      if (restoreLost(missing)) return;
      // Lost, or a pause of the sender. Waiting keeps the delay; with delay to spare the gap is closed up.
      if (tolerated < target) {
        if (isLost() && !decoder_->conceals() && missing <= int64_t(mostSamples_) / 4) return play(0, tickMs, size_t(missing));
        return conceal(std::min(samples, size_t(missing)));
      }
      return play(0, tickMs);
    }
    // What the substitute stood for is skipped when the delay suffices as it is; else it is played, and the delay grows.
    const bool suffices = tolerance(next_ + hole, tickMs) >= target;
    const int64_t skip = std::max(next_ - position, suffices ? -missing : 0);
    const int64_t length = int64_t(slots_[0].decoder->samplesIn(slots_[0].payload, slots_[0].size));
    if (skip < length) return play(size_t(skip), tickMs);
    dropFirst();
  }
  conceal(samples);
}

void JitterBuffer::conceal(size_t samples) {
  int16_t* const to = &samples_[end_];
  if (const size_t made = decoder_ ? decoder_->conceal(to, samples) : 0) {
    concealer_.noteFilled(made);
    samples = made;
  } else if (started_) {
    concealer_.generate(to, to, samples);
  } else {
    std::fill_n(to, samples, int16_t(0));
  }
  if (!decoder_ || !decoder_->isNoise()) holeConcealed_ += int64_t(samples);
  end_ += samples;
}

bool JitterBuffer::isLost() const {
  const Voice& voice = slots_[0];
  return voice.sequence - lastSequence_ - 1 > int64_t(others_) && voice.decoder == decoder_;
}

bool JitterBuffer::restoreLost(int64_t missing) {
  const Voice& voice = slots_[0];
  if (!isLost() || missing > int64_t(mostSamples_)) return false;
  const size_t made = decoder_->decodeLost(voice.payload, voice.size, &samples_[end_], size_t(missing));
  if (made == 0) return false;
  if (concealer_.isActive()) concealer_.recover(&samples_[end_], made);
  end_ += made;
  next_ = voice.position;
  return true;
}

size_t JitterBuffer::decodeFirst(int16_t* to, size_t skip) {
  const Voice& voice = slots_[0];
  const size_t decoded = voice.decoder->decode(voice.payload, voice.size, to, mostSamples_);
  const size_t kept = decoded > skip ? decoded - skip : 0;
  if (skip > 0) std::copy(to + decoded - kept, to + decoded, to);
  next_ = voice.position + int64_t(decoded);
  lastSequence_ = voice.sequence;
  others_ = 0;
  lateInRow_ = 0;
  removeFirst();
  return kept;
}

void JitterBuffer::play(size_t skip, double tickMs, size_t gap) {
  const Voice& voice = slots_[0];
  const int64_t position = voice.position;
  // No number is missing: the sender paused, nothing was lost.
  const bool paused = voice.sequence - lastSequence_ - 1 <= int64_t(others_) && position > next_;
  if (anchored_ && !paused) concealed_ += holeConcealed_ + int64_t(gap);
  holeConcealed_ = 0;

  const double waited = std::max(0.0, tickMs + ms(int64_t(ahead() + gap)) - double(voice.arrivedNs) / 1e6);
  delayMs_ = std::isnan(delayMs_) ? waited : delayMs_ + (waited - delayMs_) / 16;
  const bool another = voice.decoder != decoder_, begins = another && voice.decoder != speaker_;
  if (begins) voice.decoder->reset();
  decoder_ = voice.decoder;
  if (!decoder_->isNoise()) speaker_ = decoder_;
  // A seam that is no hole (speech left out, another codec) is overlapped with a substitute too.
  const bool seam = !anchored_ || another || position + int64_t(skip) != next_;
  if (started_ && gap == 0 && seam) concealer_.generate(&samples_[end_], nullptr, 0);
  const size_t warmUp = begins && started_ ? voice.decoder->warmUp() : 0;
  anchored_ = started_ = true;
  const size_t kept = decodeFirst(&samples_[end_ + gap], skip);
  const bool joined = gap == 0 && !concealer_.isActive();
  if (!joined) lead(gap, kept, warmUp);
  end_ += gap + kept;
  if (joined) adapt(tickMs);
}

void JitterBuffer::lead(size_t gap, size_t count, size_t warmUp) {
  int16_t* const from = &samples_[end_];
  if (gap > 0 && concealer_.bridge(from + gap, gap, count)) {
    led_ = {end_ + gap, next_ - int64_t(count)};
    return;
  }
  // What a codec says before it has come to voice is left to the substitute.
  const size_t made = std::min(count, warmUp);
  concealer_.generate(from, from, gap + made);
  concealer_.recover(from + gap + made, count - made);
}

void JitterBuffer::adapt(double tickMs) {
  // The next packet is needed whole ticks from now: as many as what is ready lasts.
  const double readyMs = ms(int64_t(ahead())), wholeMs = kTickMs * std::floor(readyMs / kTickMs);
  const double neededMs = tickMs + wholeMs;
  const double spare = tolerance(next_, neededMs) - targetMs();
  ++sinceStretch_;
  // That the ticks come a little sooner after the packets than they did is no reason to stretch speech, as long as none is late.
  if (spare < (delays_.target() < minMs_ - kPhaseMs ? -kPhaseMs : 0)) {
    if (ahead() < stretch_.reach()) return;
    end_ += stretch_.lengthen(&samples_[read_], ahead(), spare < -kTickMs ? kLoose : kStrict);
  } else if (spare > kTickMs + kSlackMs || readyMs - wholeMs > kTickMs / 2) {
    const bool urgent = spare > kUrgentMs;
    if (!urgent && sinceStretch_ < kBetweenStretches) return;
    while (ahead() < 2 * stretch_.reach() && count_ > 0 && slots_[0].position == next_ && slots_[0].decoder == decoder_) end_ += decodeFirst(&samples_[end_], 0);
    // What does not fill a tick may go for nothing, and for each tick that can be spared one more.
    const double mostMs = readyMs - wholeMs + kTickMs * std::max(0.0, std::floor((spare - kSlackMs) / kTickMs));
    const size_t removed = stretch_.shorten(&samples_[read_], ahead(), size_t(mostMs * rate_ / 1000), urgent ? kLoose : kStrict);
    end_ -= removed;
    if (removed > 0 || !urgent) sinceStretch_ = 0;
  }
}

}  // namespace offhook
