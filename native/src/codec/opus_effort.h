// What encoding Opus may cost on this processor.
#pragma once

#include <string>

namespace offhook {

/** libopus's complexity, 0–10, of this machine; found out once. Reads a file: not for real-time threads. */
int usualComplexity();

/** The same of a machine whose /proc/cpuinfo says this. */
int complexityFor(const std::string& cpuinfo);

/** How many encode beside each other for this to be many: see complexityAmong(). */
constexpr int kFewEncoders = 3;

/** Of one that is usual, with so many encoders at work: many have to do with the least. */
int complexityAmong(int usual, int encoders);

}  // namespace offhook
