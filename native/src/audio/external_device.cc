// The tick thread's half of an external device.
#include "audio/external_device.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace offhook {

namespace {

constexpr char kGone[] = "the process that carries its sound has gone";
constexpr size_t kFirstBlocks = 3, kDeepestBlocks = 8;  // in store, each direction: at first, and after losses
constexpr size_t kMostBlocks = 4;    // more than this much beyond the target is given up at once
constexpr int kSettleTicks = 30;     // until the process's own buffers have filled, at first
constexpr int kResettleTicks = 10;   // and after a loss, when they are open already
constexpr int kMostReads = 8;        // per tick: a process that floods must not hold up the tick
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples go over the socket as they are");

}  // namespace

ExternalPeer::ExternalPeer(int descriptor, uint32_t sampleRate)
    : fd(descriptor),
      block(sampleRate / 100),
      store((kDeepestBlocks + kMostBlocks) * block + external_wire::kMostBodyBytes / 2),
      captureClock(ClockFollower::Level::Mean, sampleRate, static_cast<double>(kFirstBlocks * block), static_cast<double>(block) / 2),
      captureSpeed(block + block / 50 + 2),
      playbackClock(ClockFollower::Level::Mean, sampleRate, static_cast<double>(kFirstBlocks * block), static_cast<double>(block) / 2),
      playbackSpeed(block),
      made(block + block / 50 + 2) {}

ExternalPeer::~ExternalPeer() { close(fd); }

ExternalDevice::ExternalDevice(std::shared_ptr<ExternalKeeper> keeper, const DeviceConfig& config)
    : keeper_(std::move(keeper)), capturing_(config.captures), playing_(config.plays) {}

ExternalDevice::~ExternalDevice() {
  if (peer_) keeper_->giveBack(peer_);
  keeper_->stop();
}

void ExternalDevice::fail(const char* why) {
  peer_->broken = why;
  keeper_->giveBack(peer_);
  peer_ = nullptr;
}

void ExternalDevice::tick(int64_t) {
  if (!peer_ && !(peer_ = keeper_->collect())) return;
  receive();
}

void ExternalDevice::receive() {
  ExternalPeer& peer = *peer_;
  peer.overrun = false;
  for (int i = 0; i < kMostReads; i++) {
    const ssize_t got = recv(peer.fd, peer.inbox.data() + peer.received, peer.inbox.size() - peer.received, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return fail(kGone);
    peer.received += static_cast<size_t>(got);
    const bool before = peer.overrun;
    if (!understand()) return fail("the process that carries its sound talks nonsense");
    if (peer.overrun && !before) xrun();
  }
}

bool ExternalDevice::understand() {
  using namespace external_wire;
  ExternalPeer& peer = *peer_;
  size_t at = 0;
  while (peer.received - at >= kHeadBytes) {
    const uint8_t* head = peer.inbox.data() + at;
    const size_t length = u16(head + 2);
    if (length > kMostBodyBytes) return false;
    if (peer.received - at < kHeadBytes + length) break;
    const uint8_t* body = head + kHeadBytes;
    switch (u16(head)) {
      case kSamples:
        if (length % 2 != 0) return false;
        if (capturing_) keep(body, length / 2);
        break;
      case kPlayed:
        if (length != 4 || u32(body) - peer.played > peer.sent - peer.played) return false;
        peer.played = u32(body);
        break;
      default: return false;
    }
    at += kHeadBytes + length;
  }
  std::memmove(peer.inbox.data(), peer.inbox.data() + at, peer.received - at);
  peer.received -= at;
  return true;
}

void ExternalDevice::keep(const uint8_t* bytes, size_t samples) {
  ExternalPeer& peer = *peer_;
  std::memcpy(peer.store.data() + peer.stored, bytes, samples * sizeof(int16_t));
  peer.stored += samples;
  const auto target = static_cast<size_t>(peer.captureClock.target());
  if (peer.stored <= target + kMostBlocks * peer.block) return;
  // One of the two was held up for long: be late no longer.
  peer.overrun = true;
  drop(peer.stored - target);
  peer.captureClock.jumped();
}

void ExternalDevice::drop(size_t samples) {
  peer_->stored -= samples;
  std::memmove(peer_->store.data(), peer_->store.data() + samples, peer_->stored * sizeof(int16_t));
}

void ExternalDevice::give(int16_t* out, size_t samples, int64_t) {
  if (!peer_ || peer_->block != samples) {
    std::fill(out, out + samples, int16_t{0});
    return;
  }
  ExternalPeer& peer = *peer_;
  if (!peer.primed) {
    if (static_cast<double>(peer.stored) < peer.captureClock.target()) {
      std::fill(out, out + samples, int16_t{0});
      return;
    }
    peer.captureClock.jumped();
    peer.captureSpeed.reset();
    peer.primed = true;
  }
  peer.captureClock.note(static_cast<double>(peer.stored));
  const double faster = peer.captureClock.faster();
  const size_t wanted = peer.captureSpeed.wants(samples, faster);
  if (peer.stored >= wanted) {
    peer.captureSpeed.put(peer.store.data(), wanted);
    drop(wanted);
    peer.captureSpeed.get(out, samples, faster);
    return keeper_->counters.noteSlip(wanted, samples);
  }
  xrun();
  deepen(peer.captureClock);
  std::fill(out, out + samples, int16_t{0});
  peer.primed = false;
}

void ExternalDevice::deepen(ClockFollower& clock) {
  const auto deepest = static_cast<double>(kDeepestBlocks * peer_->block);
  clock.aim(std::min(deepest, clock.target() + static_cast<double>(peer_->block)));
}

bool ExternalDevice::send(const int16_t* samples, size_t count) {
  const size_t bytes = count * sizeof *samples;
  const ssize_t put = ::send(peer_->fd, samples, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (put == static_cast<ssize_t>(bytes)) {
    peer_->sent += static_cast<uint32_t>(count);
    return true;
  }
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return true;  // the backlog tells, and is held below what fits
  fail(put < 0 ? kGone : "the process that carries its sound takes no more");
  return false;
}

void ExternalDevice::take(const int16_t* in, size_t samples, int64_t) {
  if (!peer_ || peer_->block != samples) return;
  ExternalPeer& peer = *peer_;
  size_t waiting = peer.sent - peer.played;
  auto target = static_cast<size_t>(peer.playbackClock.target());
  if (waiting > target + kMostBlocks * samples) {
    if (peer.flowing) xrun();
    peer.flowing = false;  // counted once, until it moves again
    return;
  }
  if (waiting == 0 || !peer.flowing) {
    if (waiting == 0 && peer.flowing && peer.settling == 0) {
      xrun();
      deepen(peer.playbackClock);
      target = static_cast<size_t>(peer.playbackClock.target());
    }
    peer.flowing = true;
    peer.settling = peer.played == 0 ? kSettleTicks : kResettleTicks;
    peer.playbackClock.jumped();
  }
  if (peer.settling > 0) {
    // While the process's own buffers fill, the store is held at its target by whole blocks; then its clock is followed.
    if (peer.played != 0) peer.settling--;
    if (waiting > target + samples) return;
    const int16_t silence[480] = {};
    for (; waiting < target; waiting += samples)
      if (!send(silence, samples)) return;
  } else {
    peer.playbackClock.note(static_cast<double>(waiting));
  }
  peer.playbackSpeed.put(in, samples);
  const size_t count = peer.playbackSpeed.get(peer.made.data(), peer.made.size(), peer.playbackClock.faster());
  keeper_->counters.noteSlip(samples, count);
  send(peer.made.data(), count);
}

}  // namespace offhook
