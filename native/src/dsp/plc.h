// Packet loss concealment by pitch waveform substitution, on the principle of ITU-T G.711 Appendix I: the last pitch
// periods go on, first one, later two and three of them, fading to silence; speech that returns is overlapped with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offhook {

class Concealer {
 public:
  explicit Concealer(uint32_t rate);

  /** Samples of history generate() reads at the start of a loss. */
  size_t historyNeeded() const { return longest_ * 3 + quarter(longest_); }

  /**
   * `count` samples for a hole whose history (historyNeeded() samples) ends at `end`. Further calls go on with the same hole.
   * With count 0 it only begins: recover() then overlaps two pieces of speech that do not belong together.
   */
  void generate(const int16_t* end, int16_t* out, size_t count);
  /** The hole, or the next part of it, was filled by somebody who will also lead back to the speech. */
  void noteFilled(size_t count);
  /** Between generate() and recover(). */
  bool isActive() const { return active_; }
  /** Samples made for this hole; 0 outside of one. */
  size_t madeFor() const { return made_; }
  /** True once the hole is so long that only silence comes. */
  bool isSilent() const { return made_ >= fadeEnd_; }
  /** Ends the hole: the first samples of `speech` are overlapped with the substitute. */
  void recover(int16_t* speech, size_t count);

 private:
  static size_t quarter(size_t period) { return period / 4; }
  void analyse(const int16_t* end);
  /** Lets `periods` pitch periods repeat from now on. */
  void useSegment(size_t periods);
  float gainAt(size_t made) const;
  int16_t next();

  const size_t shortest_, longest_, tenMs_;
  /** What the pitch is looked for in: the voice as it was last, not as it was before. */
  const size_t window_;
  const size_t fadeEnd_;
  std::vector<int16_t> history_, segment_, tail_;
  size_t period_ = 0, position_ = 0, made_ = 0;
  bool active_ = false, filled_ = false;
  /** How far the sample before the hole lies from the one before the repeated period: faded out, so nothing clicks. */
  float step_ = 0;
};

}  // namespace offhook
