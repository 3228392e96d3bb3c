// The adaptive jitter buffer: puts packets in order, plays them as early as their delay distribution allows, shortens or
// lengthens speech instead of dropping or pausing, and conceals what is missing. Pulled in steps of 10 ms.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "../codec/codec.h"
#include "../dsp/plc.h"
#include "../dsp/time_stretch.h"
#include "delay_estimator.h"

namespace offhook {

/** A payload waiting to be played; the memory behind it stays until it is released. */
struct Voice {
  /** Extended, so neither wraps. Position: its first sample on the stream's line of time, in samples of the buffer's rate. */
  int64_t sequence = 0, position = 0;
  int64_t arrivedNs = 0;
  const uint8_t* payload = nullptr;
  size_t size = 0;
  /** Decodes to the buffer's rate. */
  AudioCodec* decoder = nullptr;
  /** Given to `release` when the payload is no longer needed. */
  void* memory = nullptr;
};

class JitterBuffer {
 public:
  using Release = void (*)(void* owner, void* memory);

  /** `rate` of the audio, Hz. Allocates. */
  JitterBuffer(uint32_t rate, Release release, void* owner);
  ~JitterBuffer();
  JitterBuffer(const JitterBuffer&) = delete;
  JitterBuffer& operator=(const JitterBuffer&) = delete;

  uint32_t rate() const { return rate_; }
  /** Goes on where one of another rate ends: what that knows of the network, its bounds, its counters. */
  void takeOver(const JitterBuffer& before);
  /** Bounds of the delay aimed at, ms. */
  void setBounds(double minMs, double maxMs);
  void insert(const Voice& voice);
  /** A packet of the stream that is no audio (an event): its number does not count as lost. */
  void noteOther() {
    ++others_;
    delays_.noteOther();
  }
  /** Another source, the same one begun anew, or other decoders: what waits is thrown away, the network's delays stay known. */
  void restart();
  /** What is to be heard from `dueNs` on; see Port::give. */
  void give(int16_t* out, size_t samples, int64_t dueNs);

  uint64_t late = 0, duplicates = 0;
  double concealedMs() const { return concealed_ * 1000.0 / rate_; }
  /** From a packet's arrival to its first sample leaving, smoothed, ms; NaN before the first. */
  double delayMs() const { return delayMs_; }
  double targetMs() const;

 private:
  static constexpr size_t kSlots = 64;
  static constexpr uint32_t kMostMs = 200;  // of a packet
  static constexpr double kNoTick = std::numeric_limits<double>::infinity();

  double ms(int64_t samples) const { return double(samples) * 1000 / rate_; }
  /** The excess delay (see DelayEstimator) tolerated if `position` is played at `nowMs`. */
  double tolerance(int64_t position, double nowMs) const { return delays_.excess(ms(position), nowMs); }
  size_t ahead() const { return end_ - read_; }

  bool noteArrival(const Voice& voice);
  /** Late, yet what was made up in its place is not all heard: the rest is replaced. False when it is of no use. */
  bool mend(const Voice& voice, int64_t length);
  void refill(size_t samples, double tickMs);
  void conceal(size_t samples);
  /** Fills the hole before the first packet by what that carries of it. */
  bool restoreLost(int64_t missing);
  /** Plays the first packet without its first `skip` samples, or after `gap` more that are made up to lead to it. */
  void play(size_t skip, double tickMs, size_t gap = 0);
  /** To `to`, without its first `skip` samples; how many. */
  size_t decodeFirst(int16_t* to, size_t skip);
  /** Leads from what was heard, or the substitute, to the `count` samples that lie `gap` samples on. */
  void lead(size_t gap, size_t count, size_t warmUp);
  /** The first packet follows a hole that its sender did not leave, and the same decoder goes on. */
  bool isLost() const;
  void adapt(double tickMs);
  void removeFirst();
  void dropFirst();
  void makeRoom();

  const uint32_t rate_;
  const size_t mostSamples_;
  const Release release_;
  void* const owner_;
  double minMs_ = 0, maxMs_ = 200;
  /** When the next tick is due; what comes later and before it runs is in time for it. */
  double nextTickMs_ = kNoTick;

  DelayEstimator delays_;
  Concealer concealer_;
  TimeStretch stretch_;

  std::array<Voice, kSlots> slots_;  // By position, the next one first.
  size_t count_ = 0;
  /** Something was played ever; next_ holds. */
  bool started_ = false, anchored_ = false;
  /** Whose state follows what was played last. */
  AudioCodec* decoder_ = nullptr;
  /** The one that spoke last, which noise in its pauses does not change. */
  AudioCodec* speaker_ = nullptr;
  /** Where the next sample to be decoded lies. */
  int64_t next_ = 0;
  int64_t lastSequence_ = 0;
  uint32_t others_ = 0;
  int lateInRow_ = 0, jumpsInRow_ = 0;
  double jumpTransit_ = 0;

  /** History, then what is ready to leave: [0, read_) and [read_, end_). */
  std::vector<int16_t> samples_;
  size_t read_ = 0, end_ = 0;
  const size_t history_;

  /** What was led up to last, until more is needed: where in the samples and at which position that was. */
  struct {
    size_t index = 0;
    int64_t position = 0;
  } led_;
  std::vector<int16_t> mended_;

  int64_t concealed_ = 0, holeConcealed_ = 0;
  int sinceStretch_ = 0;
  double delayMs_;
};

}  // namespace offhook
