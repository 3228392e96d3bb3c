// Speech made shorter or longer by whole pitch periods, overlapped where they are alike (WSOLA's principle).
#pragma once

#include <cstddef>
#include <cstdint>

namespace offhook {

class TimeStretch {
 public:
  explicit TimeStretch(uint32_t rate) : shortest_(rate / 400), longest_(rate / 80) {}

  /** Samples lengthen() must find ahead and behind. */
  size_t reach() const { return longest_; }

  /**
   * Takes one period, half of what is there at most, out of speech[0, count); moves the rest up. The samples removed; 0 when
   * the speech there is not as periodic as `likeness` (0…1) asks. In near silence any length goes. Never more than `most`.
   */
  size_t shorten(int16_t* speech, size_t count, size_t most, float likeness) const;

  /**
   * Puts one period more before speech[0, count), count ≥ reach(), with as much history before it; the buffer has room for
   * reach() samples more. The samples added; 0 as above.
   */
  size_t lengthen(int16_t* speech, size_t count, float likeness) const;

 private:
  const size_t shortest_, longest_;
};

}  // namespace offhook
