// Unpredictable numbers from the kernel. std::random_device asks the processor first what it can do, and where the machine is
// virtual each question is answered by its host: 35 µs each time one is made.
#pragma once

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace offhook {

/** `Words` numbers at once. Throws std::system_error where the kernel has no getrandom. */
template <size_t Words>
std::array<uint32_t, Words> randomWords() {
  static_assert(Words <= 64, "more could be interrupted");
  std::array<uint32_t, Words> words;
  if (getrandom(words.data(), sizeof words, 0) != static_cast<ssize_t>(sizeof words))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  return words;
}

}  // namespace offhook
